"""Whether words tell somebody to do something, or tell of trouble: what a list is about where nothing announces it."""

import re
import unicodedata

_VERBS_ZH = (
    "检查|确认|确定|确保|了解|明确|验证|查看|修改|配置|设置|调整|升级|更新|重启|重新|启动|停止|关闭|开启|启用|禁用|下载|安装|部署|添加|引入|创建|新建"
    "|编辑|删除|清理|清除|备份|恢复|回滚|登录|访问|打开|进入|导航|选择|点击|执行|运行|编译|打包|上传|复制|替换|准备|排查|监控|优化"
    "|测试|使用|编写|定义|导入|导出|迁移|联系|咨询|查阅|参考|获取|指定|切换|增加|减少|降低|限制|避免|统一|定期|考虑|尝试|观察|收集"
    "|定位|评估|初始化|解压|放置|构建|克隆|拉取|集成|接入|核对|核实|审查|分析|诊断|扩容|缩容|修复|移除|排除|同步|调用|发送|加密|授权"
    "|分配|停机|停服|改|查|看|删|换|装|绑定|声明|暴露|映射|挂载|扫描|等待|杀|注入|实现|连接|保持|应用|提交|生成|填写|输入|保存|注销|下线|上线|查询|查找|寻求|强制"
)
_VERBS_EN = (
    "check|verify|ensure|make|confirm|set|configure|add|remove|delete|update|upgrade|downgrade|restart|start|stop|run|execute"
    "|install|download|create|edit|open|close|enable|disable|increase|decrease|reduce|raise|lower|use|switch|change|replace"
    "|move|copy|build|deploy|apply|look|inspect|review|read|test|monitor|rename|import|export|log|go|click|select|pass|define"
    "|implement|register|back|roll|contact|avoid|consider|try|find|get|wait|scale|drain|grant|allow|exclude|include|pin|bind"
    "|map|mount|point|write|call|dump|capture|attach|compare|tune|clear|clean|reset|restore|migrate|follow|give|put|turn|let"
    "|limit|declare|specify|wrap|annotate|kill|do|don't|never|always|prepare|send|query|list|describe|fix|correct|align|keep"
    "|shut|reload|redeploy|rebuild|recreate|force|collect|measure|watch|trace|search|identify|locate|isolate|validate|split"
    "|place|initialize|initialise|extract|unpack|publish|push|pull|clone|select|save|submit|attach|expose|adjust|tune|retry"
)
_ORDER = re.compile(
    rf"(?:首先|然后|接着|最后|请|需要|先|再|应|可|可以|建议)?(?:{_VERBS_ZH})"
    rf"|(?:first|then|next|finally|please)?,?\s*(?:{_VERBS_EN})\b",
    re.IGNORECASE,
)
# "网络连通性验证"
_NOMINAL = re.compile(rf".{{1,18}}(?:{_VERBS_ZH})$")
_TROUBLE = re.compile(
    r"导致|造成|引发|引起|失败|错误|报错|异常|不正确|不当|不兼容|不一致|不匹配|不足|缺失|缺少|过旧|过低|过高|过大|过期|超时|无法|不能"
    r"|故障|冲突|丢失|阻塞|遗漏|漏洞|掉线|不生效|不到|不了|没有|未能|未被|未正确|未启动|未注册|未更新|卡住|泄漏|溢出|拒绝|中断|延迟|宕机|挂掉"
    r"|\b(?:fail\w*|error|missing|wrong|incorrect\w*|not|cannot|can't|no|exception|timeouts?|timed|too|stale|mismatch\w*"
    r"|exhaust\w*|conflict\w*|lost|loses?|blocked|broken|refused|denied|slow\w*|leak\w*|unable|without|never|expired|invalid"
    r"|outdated|old|bugs?|crash\w*|full|overload\w*|incompatib\w*|unreachable|drops?|dropped|out of)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"问题[。？?!]?\s*$|(?:如何|怎么|怎样)(?:解决|修复|处理)|怎么回事|什么(?:原因|情况)|无效|失效|不支持|未(?:完全|正常|按)|一直|總是|报?錯|報錯|失敗|無法"
    r"|\b(?:fix|solve|troubleshoot|issues?|problems?|stuck|hangs?|what is wrong|what's wrong)\b",
    re.IGNORECASE | re.MULTILINE,
)
_AVOIDED = re.compile(r"避免|防止|无需|avoid\w*|prevent\w*", re.IGNORECASE)


_INSTRUCTION = re.compile(r"首先|请(?!求)|务必|确保|\b(?:make sure|ensure|please|first,)", re.IGNORECASE)


def is_instruction(text: str) -> bool:
    """Whether `text`, a sentence, addresses the reader."""
    return is_action(text) or _INSTRUCTION.search(text) is not None


def is_action(text: str) -> bool:
    """Whether `text`, a title, tells the reader to do something or names something to be done."""
    return is_order(text) or _NOMINAL.match(unicodedata.normalize("NFKC", text).strip()) is not None


def is_order(text: str) -> bool:
    """Whether `text`, a title, begins with what the reader is to do."""
    return _ORDER.match(unicodedata.normalize("NFKC", text).strip()) is not None


def asks_about_trouble(text: str) -> bool:
    """Whether `text`, a question, is about something that goes wrong."""
    return tells_of_trouble(text) or _ASKED.search(unicodedata.normalize("NFKC", text)) is not None


def tells_of_trouble(text: str) -> bool:
    """Whether `text` speaks of something that goes wrong, rather than of something prevented."""
    folded = unicodedata.normalize("NFKC", text)
    return any(_TROUBLE.search(clause) and not _AVOIDED.search(clause) for clause in re.split(r"[,。;.]\s*", folded))
