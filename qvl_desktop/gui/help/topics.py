"""What the `?` beside each setting says: one plain sentence, and where the documentation tells more.

Owns the sentences of all settings but those of a training plan, which says them itself (`core.plan`), and the places
they lead to: a heading of `settings.md` unless another page tells it better. Does not own the mark (`mark`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.plan import TrainingPlan

_N = QT_TRANSLATE_NOOP
PAGE = "settings.md"
PLAN = "plan."
"""What the names of a training plan's topics begin with; the field's name follows."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One setting's help. `link` is an address in the documentation; without a context the source is what is said."""

    source: str
    link: str
    context: str = "help"

    @property
    def sentence(self) -> str:
        """What it says, in the language in force."""
        return translate(self.context, self.source) if self.context else self.source


_SAID = {
    # Train page
    "train.card": _N("help", "Settings that fit a card of this size; what you change afterwards stays yours."),
    "train.aim": _N("help", "How long and how carefully to learn; it goes together with the choice of the card."),
    "train.nodes": _N("help", "How many machines carry out the run together; each starts the same line."),
    "train.rule": _N("help", "Which tokens are learnt from: the answers alone, or also the markers of turns."),
    "train.text_split": _N("help", "Of which split samples are shown; training learns from the training split."),
    "train.text_model": _N("help", "Whose words the samples are cut into; each family has a vocabulary of its own."),
    "train.smoothing": _N("help", "Draws the mean of neighbouring steps, so that a trend shows behind the noise."),
    # Chat
    "chat.model": _N("help", "Who answers: a model of this machine, or another server."),
    "chat.adapter": _N("help", "What a training run has made of the model; none asks the model as it came."),
    "chat.system": _N("help", "What the model is told before this chat begins; new chats begin with the same words."),
    "chat.temperature": _N("help", "0 takes the likeliest word each time, which is best for boxes; higher is freer."),
    "chat.top_p": _N("help", "Only the likeliest words that make up this share are drawn from; 1 leaves none out."),
    "chat.max_tokens": _N("help", "Where an answer is cut off, in tokens: a word has one or two, a box about twelve."),
    "chat.seed": _N("help", "The same number draws the same answer again; empty draws another one each time."),
    "chat.make_room": _N("help", "Whether the model of this page leaves memory to a run that begins."),
    # Other servers
    "server.choice": _N("help", "A server that is kept, to look at or change, or a new one."),
    "server.url": _N("help", "Where the server listens, with http:// or https://, often ending in /v1."),
    "server.key": _N("help", "What the server asks for to let you in; kept in your settings, never in a project."),
    "server.model": _N("help", "Which of the server's models answers; the server can be asked for their names."),
    "server.family": _N("help", "How that model writes boxes; the wrong family puts them in the wrong places."),
    # Import and export
    "import.data": _N("help", "The file or folder to read; nothing is written before you have seen what was found."),
    "import.format": _N("help", "What the data is; it is found by content, and said here only where two would fit."),
    "import.dialect": _N("help", "How boxes stand in the text; the wrong choice puts them in the wrong places."),
    "import.pictures": _N("help", "The folder that picture paths count from, where the data does not lie beside them."),
    "import.split": _N("help", "Where pictures go of which the data does not say whether they are held back."),
    "export.format": _N("help", "For whom the file is: the format that the other program reads."),
    "export.family": _N("help", "How boxes are written in the text: as the family of the model that will learn does."),
    "export.which": _N("help", "Whether all pictures go out, those marked done, or those of the filter."),
    "export.split": _N("help", "Only pictures of this split go out; training and validation are often two files."),
    "export.copy": _N("help", "Puts the picture files beside the data, so that the folder can go elsewhere."),
    "export.place": _N("help", "The file or folder that is written; what is there is replaced only by a whole one."),
    # Models
    "download.name": _N("help", "Who offers the model and what it is called there, as in Qwen/Qwen2.5-VL-7B-Instruct."),
    "download.source": _N("help", "The hub it comes from; ModelScope is the nearer one in China."),
    "download.mirror": _N(
        "help", "Another address that offers the same as the hub, for networks that do not reach it."
    ),
    "download.revision": _N("help", "Which version to fetch; empty takes the newest and remembers which that was."),
    "download.folder": _N("help", "Where models are kept; the whole model must fit there."),
    "download.pickle": _N("help", "An older format that can carry code; it is read as plain numbers, code is refused."),
    "download.key": _N("help", "From your account at the hub, for models that are private or have terms to accept."),
    # Pictures, and filters everywhere
    "filter.status": _N("help", "How far pictures are: untouched, begun, done or skipped; several may be chosen."),
    "filter.split": _N("help", "Pictures for training, for validation, for the test, or without a split."),
    "filter.ref": _N("help", "Pictures with a region of this ref; several refs can be added one after the other."),
    "filter.every": _N("help", "A picture must have every one of these refs; otherwise one of them is enough."),
    "filter.without": _N("help", "Pictures that have no region of this ref."),
    "filter.said": _N("help", "Pictures whose conversations hold these words, in a question or an answer."),
    "filter.regions": _N("help", "How many regions a picture has; an empty field sets no limit."),
    "filter.size": _N("help", "How large the upright picture is, in pixels; an empty field sets no limit."),
    "filter.talk": _N("help", "Whether a picture has conversations to learn from."),
    "filter.file": _N("help", "Whether the picture's file is still where the project says."),
    "filter.saved": _N("help", "A filter that you kept under a name, to put in force again."),
    "filter.name": _N("help", "Keeps what is chosen above under this name, in the project."),
    "list.bare": _N("help", "Leaves out of the list what has been worked on already."),
    # Check
    "check.kept": _N("help", "Shows findings that you decided to keep as they are, to think again."),
    "check.quick": _N("help", "Trusts names and sizes and does not read the files: faster, and less certain."),
    "statistics.split": _N("help", "Counts only pictures of this split."),
    "statistics.filtered": _N("help", "Counts only pictures that pass the filter of the Pictures page."),
    "statistics.limit": _N("help", "From which length on a conversation counts as too long, in tokens."),
    "split.way": _N("help", "How pictures are divided: by chance, with each ref in its share, or by whole folders."),
    "split.share": _N("help", "How much of the pictures this split gets; what is held back is never learnt from."),
    "split.seed": _N("help", "The same number gives the same division again."),
    "split.near": _N("help", "Pictures that look alike go into one split, or the test would ask what was learnt."),
    "split.filtered": _N("help", "Divides only pictures that pass the filter; the others keep their splits."),
    # Conversations
    "template.language": _N("help", "The language of the questions and answers that are made."),
    "template.scope": _N("help", "For which pictures conversations are made: this one, those of the list, or all."),
    "template.split": _N("help", "Makes conversations only for pictures of this split."),
    "template.ref": _N("help", "Makes conversations only for pictures that have a region of this ref."),
    "template.seed": _N("help", "The same number gives the same questions, wordings and absent things again."),
    "template.replace": _N("help", "Takes the place of what these kinds made before; what you edited by hand stays."),
    "template.kind": _N("help", "What the questions are about and what is answered."),
    "template.name": _N("help", "What your own template is called in the list."),
    "template.absent": _N("help", "About how many things that are not on a picture it is asked."),
    "template.wording": _N("help", "One wording a line; one of them is drawn for each question."),
    # Asking a model about many pictures
    "ask.kind": _N("help", "What the model is asked for: boxes, a comparison with your boxes, or answers as drafts."),
    "ask.who": _N("help", "A model of this machine, or another server: pictures are sent there."),
    "ask.model": _N("help", "The model that is asked; it is loaded when the job begins."),
    "ask.refs": _N("help", "What to look for, with commas between; each is a question of its own."),
    "ask.everything": _N("help", "One question a picture for all there is, in the model's own words for things."),
    "ask.question": _N("help", "What is asked for each picture; {ref} stands for what is looked for."),
    "ask.tokens": _N("help", "Where an answer is cut off, in tokens; many boxes need a longer answer."),
    "ask.limit": _N("help", "Boxes that overlap yours by less than this count as different (IoU)."),
    "ask.again": _N("help", "Proposes also what you rejected before; otherwise it stays away."),
    # Report
    "report.paths": _N("help", "Leaves folders and file names in, which may say more than you want to tell."),
    "report.level": _N("help", "Which lines of the log are shown."),
    "report.crash": _N("help", "Takes into the report what a crash left behind, with the place in the program."),
}
_ELSEWHERE = {
    "train.card": "train-a-model.md#presets",
    "train.aim": "train-a-model.md#presets",
    "train.nodes": "clusters.md#several-machines",
    "train.rule": "settings.md#labels",
    "train.text_split": "settings.md#labels",
    "train.text_model": "settings.md#labels",
    "train.smoothing": "runs.md#several-runs",
    "report.paths": "preferences.md#report-and-log",
    "report.level": "preferences.md#report-and-log",
    "report.crash": "preferences.md#after-a-crash",
}
_ANCHORS = {
    "server": "another-server",
    "filter": "filters",
    "list": "filters",
    "statistics": "statistics",
    "download": "downloads",
}
"""Groups of settings that stand together below one heading; the others have one each."""


def _link(name: str) -> str:
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    group = name.partition(".")[0]
    anchor = _ANCHORS.get(group, name.replace(".", "-").replace("_", "-"))
    return f"{PAGE}#{anchor}"


TOPICS: dict[str, Topic] = {name: Topic(said, _link(name)) for name, said in _SAID.items()}
"""Every topic by its name."""
TOPICS |= {
    PLAN + field.name: Topic(field.metadata["help"], f"{PAGE}#{field.name.replace('_', '-')}", "plan")
    for field in fields(TrainingPlan)
}


_PREFERENCES = "preferences.md#what-there-is"
PREFERENCES = {
    "make_room": "settings.md#chat-make-room",
    "thumbnail_limit": "memory.md#the-disk",
    "features_limit": "memory.md#the-disk",
    "runs_folder": "training.md#the-run-folder",
    "models_folder": "settings.md#downloads",
}
"""Lines of the preferences that another page tells better than the table of them all."""


def preference_topic(name: str, sentence: str) -> Topic:
    """The topic of a line of the preferences, which says its sentence itself."""
    return Topic(sentence, PREFERENCES.get(name, _PREFERENCES), "")


def topic(name: str) -> Topic:
    """A topic by its name; an unknown one is a programming error (`KeyError`)."""
    return TOPICS[name]
