"""The words of the administrator's pages, in the two languages they speak."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.web.labels import CHINESE, Labels


@dataclass(frozen=True, slots=True)
class AdminLabels:
    """What these pages say besides numbers and what people typed."""

    title: str
    sign_in: str
    token: str
    token_hint: str
    wrong_token: str
    sign_out: str
    off: str
    off_text: str
    records_off: str
    records_off_text: str
    unavailable: str
    unavailable_text: str
    days: str
    period: str
    questions: str
    up: str
    down: str
    before: str
    by_day: str
    chart: str
    column: str
    most: str
    as_numbers: str
    date: str
    gaps: str
    gaps_text: str
    no_gaps: str
    no_questions: str
    cut: str
    incomplete: str
    times: str
    new: str
    risen: str
    fallen: str
    steady: str
    last_asked: str
    answered_since: str
    wordings: str
    remarks: str
    closest: str
    draft: str
    draft_of: str
    export: str
    statuses: Mapping[str, str]
    reasons: Mapping[str, str]


_CHINESE = AdminLabels(
    title="答疑报告",
    sign_in="登录",
    token="管理员令牌",
    token_hint="即服务启动时 EXPERT_ANSWERS_ADMIN_TOKEN 的值。登录在 12 小时后失效。",
    wrong_token="令牌不对。它是服务启动时 EXPERT_ANSWERS_ADMIN_TOKEN 的值。",
    sign_out="退出",
    off="管理页面没有开启",
    off_text="把环境变量 EXPERT_ANSWERS_ADMIN_TOKEN 设为至少 16 个字符的密钥，重启服务，再用它登录。已设置 "
    "EXPERT_ANSWERS_ADMIN_TOKENS_FILE 时，往该文件写一个这样的令牌即可，不必重启；文件有什么问题，见服务的日志。",
    records_off="这个服务不保存记录",
    records_off_text="EXPERT_ANSWERS_RECORDS 已关闭，没有可统计的提问。",
    unavailable="记录暂时读不到",
    unavailable_text="保存记录的数据库没有响应，答疑不受影响。请稍后刷新，原因见服务的日志。",
    days="近 {days} 天",
    period="{since} 至 {until}（UTC）",
    questions="提问",
    up="点赞",
    down="点踩",
    before="上期 {value}",
    by_day="每日提问",
    chart="{since} 至 {until} 每天的提问数，按回答情况分色，最多的一天 {most} 个",
    column="{date}：提问 {questions}，已回答 {answered}，不确定 {uncertain}，无答案 {no_answer}",
    most="单日最多 {most}",
    as_numbers="查看数字",
    date="日期",
    gaps="没答好的问题",
    gaps_text="没有答案、不确定或被点踩的提问，意思相近的归为一组，问得最多的在前。",
    no_gaps="这段时间的提问都答上了，没有人点踩。",
    no_questions="这段时间没有人提问。",
    cut="共 {all} 组，这里列出前 {shown} 组。",
    incomplete="提问太多，只归并了其中较新、较常问的部分；缩短时间范围可以看到全部。",
    times="{count} 次",
    new="新出现",
    risen="↑ 上期 {previous} 次",
    fallen="↓ 上期 {previous} 次",
    steady="与上期持平",
    last_asked="最近一次 {date}",
    answered_since="现在已能回答",
    wordings="其他问法",
    remarks="用户反馈",
    closest="最接近的文档",
    draft="以此起草文档",
    draft_of="以此起草文档：{question}",
    export="导出",
    statuses={"answered": "已回答", "uncertain": "不确定", "no_answer": "无答案"},
    reasons={
        "wrong_answer": "答非所问",
        "steps_failed": "步骤不管用",
        "outdated": "内容过时",
        "unclear": "看不明白",
        "other": "其他",
    },
)
_ENGLISH = AdminLabels(
    title="Report",
    sign_in="Sign in",
    token="Administrator's token",
    token_hint="The value of EXPERT_ANSWERS_ADMIN_TOKEN that the service runs with. You stay signed in for 12 hours.",
    wrong_token="This is not the token; it is the value of EXPERT_ANSWERS_ADMIN_TOKEN that the service runs with.",
    sign_out="Sign out",
    off="Administration is off",
    off_text="Set the environment variable EXPERT_ANSWERS_ADMIN_TOKEN to a secret of 16 characters or more, restart "
    "the service, and sign in with it here. Where EXPERT_ANSWERS_ADMIN_TOKENS_FILE is set, write such a token into "
    "that file instead, without a restart; the service's log says what is wrong with it.",
    records_off="This service keeps no records",
    records_off_text="EXPERT_ANSWERS_RECORDS is off, so there are no questions to report on.",
    unavailable="The records cannot be read now",
    unavailable_text="The database of the records does not answer; questions are still answered. Reload the page in a "
    "while; the service's log has the reason.",
    days="{days} days",
    period="{since} to {until} (UTC)",
    questions="Questions",
    up="Votes up",
    down="Votes down",
    before="before: {value}",
    by_day="Questions by day",
    chart="Questions of each day from {since} to {until}, coloured by answer, at most {most} a day",
    column="{date}: {questions} questions, {answered} answered, {uncertain} uncertain, {no_answer} without an answer",
    most="at most {most} a day",
    as_numbers="Show the numbers",
    date="Date",
    gaps="What was not answered well",
    gaps_text="Questions without an answer, with an uncertain one, or voted down; those that mean the same are taken "
    "together, the most frequent first.",
    no_gaps="Every question of this time had an answer, and none was voted down.",
    no_questions="Nobody asked anything in this time.",
    cut="{all} groups, of which the first {shown} are shown.",
    incomplete="There were more questions than are grouped; the older and rarer ones are left out. Choose fewer days "
    "to see all.",
    times="{count}×",
    new="new",
    risen="↑ from {previous}",
    fallen="↓ from {previous}",
    steady="as before",
    last_asked="last on {date}",
    answered_since="answered by now",
    wordings="Also asked as",
    remarks="Feedback",
    closest="Closest documents",
    draft="Start a document from this",
    draft_of="Start a document from this: {question}",
    export="Export",
    statuses={"answered": "Answered", "uncertain": "Uncertain", "no_answer": "No answer"},
    reasons={
        "wrong_answer": "Not my question",
        "steps_failed": "The steps did not work",
        "outdated": "Out of date",
        "unclear": "Hard to follow",
        "other": "Something else",
    },
)


def admin_labels(labels: Labels) -> AdminLabels:
    """The words in the language of a page."""
    return _CHINESE if labels is CHINESE else _ENGLISH
