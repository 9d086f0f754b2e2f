"""The words the demo model is taught, in English and Chinese, and the words it must not know.

Owns names of shapes and colours, how questions and answers are phrased, and made-up words for things that are absent.
The phrasings that the product's conversation templates use come first in each list.
"""

from __future__ import annotations

import random

LANGUAGES = ("en", "zh")

SHAPE_NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "circle": ("circle", "disc"),
        "square": ("square", "block"),
        "triangle": ("triangle",),
        "star": ("star",),
        "cross": ("cross", "plus"),
        "heart": ("heart",),
        "ring": ("ring", "hoop"),
        "moon": ("moon", "crescent"),
    },
    "zh": {
        "circle": ("圆形", "圆盘"),
        "square": ("方形", "方块"),
        "triangle": ("三角形",),
        "star": ("星形", "星星"),
        "cross": ("十字", "十字形"),
        "heart": ("心形", "爱心"),
        "ring": ("圆环", "圆圈"),
        "moon": ("月牙", "月亮"),
    },
}
"""The usual name first. The unseen shape is missing on purpose: nothing in the training text may name it."""
UNSEEN_NAMES = {"en": "gear", "zh": "齿轮"}
"""What the demo project calls the unseen shape. Only the demo project may use these words."""
COLOUR_NAMES: dict[str, dict[str, str]] = {
    "en": {name: name for name in ("red", "orange", "yellow", "green", "blue", "purple", "black", "white")},
    "zh": {
        "red": "红色", "orange": "橙色", "yellow": "黄色", "green": "绿色",
        "blue": "蓝色", "purple": "紫色", "black": "黑色", "white": "白色",
    },
}  # fmt: skip
ANY_SHAPE = {"en": "shape", "zh": "图形"}

FIND = {
    "en": (
        "Find the {ref}.",
        "Where is the {ref}?",
        "Locate the {ref} in the picture.",
        "Point to the {ref}.",
        "Draw a box around the {ref}.",
    ),
    "zh": ("框出{ref}", "框出图中的{ref}", "找到{ref}", "{ref}在哪里？", "请定位{ref}。"),
}
FIND_TWO = {"en": ("Find the {ref} and the {other}.",), "zh": ("框出{ref}和{other}",)}
FIND_ALL = {"en": ("Find all shapes.", "Describe the picture with boxes."), "zh": ("框出所有图形", "带框描述这张图")}
DESCRIBE = {
    "en": ("What is in {box}?", "Describe {box}.", "What shape is in {box}?"),
    "zh": ("{box}里是什么？", "描述{box}。", "{box}是什么图形？"),
}
COUNT = {
    "en": (
        "How many {ref} are there?",
        "How many {refs} are there?",
        "How many {refs} are in the picture?",
        "Count the {refs}.",
    ),
    "zh": ("有几个{ref}？", "图中有几个{ref}？", "数一数{ref}"),
}
EXISTS = {
    "en": ("Is there {a_ref}?", "Is there {a_ref} in the picture?", "Do you see {a_ref}?"),
    "zh": ("有{ref}吗？", "图中有{ref}吗？", "有没有{ref}？"),
}
YES = {"en": "Yes.", "zh": "有。"}
NO = {"en": "No.", "zh": "没有。"}
NONE = {"en": "There is no {ref} in the picture.", "zh": "图中没有{ref}。"}
IN_PICTURE = {"en": "Picture {number}: {question}", "zh": "图{number}：{question}"}

_OTHER_UNITS = """
框出 图中 图中的 找到 在哪里 请定位 定位 和 所有 带框 描述 这张图 里 是什么 什么 有几个 几个 数一数 有 吗 没有 有没有
的 图
system user assistant Picture You are a helpful assistant . , ( ) ),( ? : 。 ？ ， （ ）
一 二 三 个 你好 请 在 不 是 上 下 左 右 中 大 小
"""

_SYLLABLES = (
    "ba",
    "do",
    "fen",
    "ga",
    "hi",
    "jul",
    "ka",
    "lo",
    "mip",
    "ne",
    "or",
    "pu",
    "qui",
    "ras",
    "su",
    "tel",
    "um",
    "va",
    "wex",
    "yo",
    "zi",
)
_ABSENT_EN = (
    "dog", "cat", "car", "tree", "house", "apple", "bird", "boat", "cup", "chair", "flower", "leaf", "bell", "key",
    "hammer", "hexagon", "arrow", "spiral", "cube", "bottle", "shirt", "phone", "cloud", "fish", "lamp", "clock",
    "book", "hat", "shoe", "person", "flag", "kite", "drum", "fork", "anchor", "crown", "bolt", "screw", "spring",
    "chain",
)  # fmt: skip
_ABSENT_ZH = (
    "狗", "猫", "汽车", "大树", "房子", "苹果", "小鸟", "小船", "杯子", "椅子", "花朵", "叶子", "铃铛", "钥匙", "锤子",
    "六边形", "箭头", "螺旋", "立方体", "瓶子", "衬衫", "手机", "云朵", "鱼", "台灯", "时钟", "书本", "帽子", "鞋子",
    "人", "旗子", "风筝", "鼓", "叉子", "船锚", "皇冠", "螺栓", "螺丝", "弹簧", "链条",
)  # fmt: skip
_CHARACTERS = "天地山水火木土石田禾竹丝马牛羊鸟鱼虫米豆瓜果门窗床灯笔纸刀弓车舟衣巾金玉珠贝云雨雪风电光声"


def article(phrase: str) -> str:
    """``a`` or ``an`` and the phrase."""
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def plural(phrase: str) -> str:
    """The plural of an English phrase of ours."""
    return phrase + ("es" if phrase.endswith(("s", "x", "ch", "sh")) else "s")


def absent_name(rng: random.Random, language: str) -> str:
    """A name of nothing that any picture shows: an everyday thing, or a word that does not exist."""
    if language == "en":
        if rng.random() < 0.4:
            return rng.choice(_ABSENT_EN)
        word = "".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 3))))
        if rng.random() < 0.5:
            word = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 6)))
        return absent_name(rng, language) if word == UNSEEN_NAMES["en"] else word
    if rng.random() < 0.4:
        return rng.choice(_ABSENT_ZH)
    word = "".join(
        rng.choice(_CHARACTERS) if rng.random() < 0.4 else chr(rng.randrange(0x4E00, 0x9FA6)) for _ in range(2)
    )
    return absent_name(rng, language) if set(word) & set(UNSEEN_NAMES["zh"]) else word


def corpus_units() -> list[str]:
    """Words for the ranks file, each in the forms in which text holds it. The unseen names are not among them, so
    they are read in pieces that made-up words have taught the model to read."""
    units: list[str] = []
    for word in {
        *(name for names in SHAPE_NAMES["en"].values() for name in names),
        *COLOUR_NAMES["en"].values(),
        *_ABSENT_EN,
        *[plural(name) for names in SHAPE_NAMES["en"].values() for name in names],
        ANY_SHAPE["en"],
        plural(ANY_SHAPE["en"]),
    }:
        units += [word, " " + word]
    for phrases in (FIND, FIND_TWO, FIND_ALL, DESCRIBE, COUNT, EXISTS, YES, NO, NONE, IN_PICTURE):
        for phrase in phrases["en"] if isinstance(phrases["en"], tuple) else (phrases["en"],):
            units += [
                "".join((" " if index else "", word)) for index, word in enumerate(phrase.split()) if "{" not in word
            ]
            units += [word for word in phrase.split() if "{" not in word]
    units += [name for names in SHAPE_NAMES["zh"].values() for name in names]
    units += [*COLOUR_NAMES["zh"].values(), *_ABSENT_ZH, ANY_SHAPE["zh"], *_CHARACTERS]
    units += _OTHER_UNITS.split()
    units += [
        " a",
        " an",
        " are",
        " helpful",
        " assistant",
        " and",
        " the",
        " of",
        " in",
        " to",
        " with",
        " on",
        " left",
        " right",
        "\n",
    ]
    return [unit.rstrip(".?") or unit for unit in units]
