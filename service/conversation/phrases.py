"""The words by which a question leans on what was said before, as tables: what is said, in Chinese and in English.

They are only half of the evidence; `service.conversation.dialogue` weighs them against what a search finds. Patterns
are regular expressions, tried without regard to case.
"""

ANOTHER_ANSWER = (
    r"(?:都|全|已经)?试(?:过|了)+(?:都|也|还)?(?:没用|不行|没有用)?",
    r"(?:还是|依然|仍然)(?:不行|不对|没用|没解决|报错|一样|不生效|没好|失败)|也(?:不行|没用)",
    r"(?:没有?用|不管用|不起作用|没有?解决|没效果)$",
    r"不是(?:这个|这篇|这样|我要的|我问的|我想问的)(?:问题|答案)?|^(?:不是|不对)(?:的)?(?=$|[,，。.!！])",
    r"(?:还有|有没有|有)(?:没有)?(?:别的|其他的?|其它的?|另外的?)"
    r"(?:解决办法|办法|方法|方案|答案|原因|可能|思路)?(?:吗|么)?",
    r"^还有(?:吗|么|呢|没有?)",
    r"(?:换|再来|再给)一?(?:个|种)(?:答案|办法|方法|方案|思路)?",
    r"下一个(?:答案)?$",
    r"(?:(?:it|that|this) )?(?:still )?(?:(?:does|did|is) not|(?:does|did|is|wo)n'?t) (?:work|help)(?:ing)?",
    r"still (?:fails|failing|broken|the same|not working|no luck)",
    r"no luck|tried (?:that|it|this|them|all)(?: already)?|same (?:error|problem|result)",
    r"(?:that'?s |this is |it'?s )?not (?:it\b|this\b|what i (?:meant|asked|want|need|am looking for))(?: one)?",
    r"wrong (?:answer|document|one)|\bnext (?:one|answer)\b",
    r"(?:is there |are there |do you have )?(?:any ?)?\b(?:another|other|different) "
    r"(?:ways?|ideas?|options?|solutions?|answers?|causes?|reasons?|possibilit\w+)",
    r"(?:is there )?(?:anything|something|what) else",
)
"""What was shown is not it, or did not help, or something else is wanted."""

OPENINGS = (
    r"那么?(?![个些样里种边])\s*(?:要是|如果是?)?|要是|假如|换成|换做|至于|我(?:说|问|指)的是|我是[说问指]",
    r"(?:(?:and|but|so|then|ok|okay),? +)+(?:what about |how about |what if |(?:with|in|on|for) )?",
    r"(?:what|how) about |what if |same (?:for|with|in|on) |(?:with|for) |i (?:mean|meant|was asking about) ",
)
"""How a question goes on from what was said."""

ENDINGS = (
    r"(?:又|该|要)?(?:怎么办|怎么样)?(?:呢|咋办)",
    r"也(?:是)?(?:一样|这样)(?:吗|么)?",
    r",? too|the same way",
)

POINTING = (
    r"[这那](?:个|些|样|里|种|步|边)|上面|刚才|前面|前者|后者|此时|此处|它|该(?:配置|参数|文件|命令|方法)",
    r"\b(?:it|its|this|these|those|them|they|there|above|former|latter)\b",
)
"""Words for something that was named before."""

UNINFORMATIVE = frozenset(
    "的 了 吗 么 嘛 呢 是 有 个 在 和 与 及 我 我们 你 你们 他 请 请问 请教 如何 怎么 怎样 怎么样 怎么办 怎么做 怎么弄 "
    "咋 咋办 咋弄 什么 哪 哪些 哪个 哪里 在哪 可以 能 能不能 可不可以 一下 具体 方法 办法 详细 步骤 说明 介绍 "
    "问题 怎么回事 为什么 为啥 为何 "
    "要 需要 要不要 会 会不会 不 没 没有 还 还是 也 都 就 才 再 又 那 那么 这 这个 那个 里 里面 中 上 下 "
    "时 时候 如果 用 使用 做 弄 配 写 看 放 改 多少 多久 几 给 例子 到底 应该 该 吧 啊 呀 "
    "a an the is are was were be to of in on for and or but with without from by at as if then so than how what which "
    "why where when who do does did can could should would will may i we you my our your me us it its this that these "
    "those there about please tell show give need want use used using have has had get got any some also not no still "
    "mean means".split()
)
"""Words that ask, point or join, and name nothing."""

LAST, NEXT, PREVIOUS = "last", "next", "previous"

STEPS = (
    r"第\s*(?P<zh>{numeral})\s*个?\s*(?:步骤?|部(?![署分门]))",
    r"步骤\s*(?P<zh2>{numeral})",
    r"step\s*(?:no\.?|number|#)?\s*(?P<en>{numeral})\b",
    r"\b(?P<en2>{numeral})\s+step\b",
)
"""Ways to name a step by its number; `{numeral}` is any of NUMERALS."""

STEPS_BY_PLACE = {
    LAST: r"最后(?:一)?(?:个)?(?:步骤?|部(?![署分门]))|\b(?:last|final) step\b",
    NEXT: r"下一?(?:个)?(?:步骤?|部(?![署分门]))|\bnext step\b",
    PREVIOUS: r"上一?(?:个)?(?:步骤?|部(?![署分门]))|\bprevious step\b",
}

WAYS = r"(?:方法|方案|方式|办法|选项|option|method|approach|alternative|way)\s*(?P<way>{numeral})(?![A-Za-z0-9.])"
"""Names one of several alternatives of an answer."""

CHOICES = (
    r"^\s*(?P<bare>\d)\s*[.。、)]?\s*$",
    r"^\s*第\s*(?P<zh>{numeral})\s*(?:个|种|项|条)?(?:吧|的)?\s*$",
    r"^\s*(?:the\s+)?(?P<en>{numeral})(?:\s+one)?\s*[.!]?\s*$",
)
"""Ways to pick one of the choices that were offered."""

NUMERALS = {
    number: words.split()
    for number, words in enumerate(
        (
            "1 一 one first 1st",
            "2 二 两 two second 2nd",
            "3 三 three third 3rd",
            "4 四 four fourth 4th",
            "5 五 five fifth 5th",
            "6 六 six sixth 6th",
            "7 七 seven seventh 7th",
            "8 八 eight eighth 8th",
            "9 九 nine ninth 9th",
            "10 十 ten tenth 10th",
            "11 十一 eleven eleventh 11th",
            "12 十二 twelve twelfth 12th",
        ),
        1,
    )
}
