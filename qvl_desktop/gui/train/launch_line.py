"""How a run is started in a terminal or on a cluster: the line, and the Slurm script, to copy.

Owns showing and copying. Does not own the words (`core.launch`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QWidget

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.launch import launch_line, slurm_script
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role


class LaunchLine(QWidget):
    """The line that carries out a run elsewhere. Hidden without a plan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._script = ""
        self._line = QLineEdit(self)
        self._line.setObjectName("launchLine")
        self._line.setReadOnly(True)
        self._line.setAccessibleName(self.tr("Command that carries out this run"))
        set_role(self._line, "mono")
        copy = QPushButton(self.tr("Copy command"), self)
        copy.setObjectName("copyLaunch")
        slurm = QPushButton(self.tr("Copy Slurm script"), self)
        slurm.setObjectName("copySlurm")
        for button in (copy, slurm):
            set_icon(button, "copy")
            set_kind(button, "quiet")
        copy.clicked.connect(lambda: QApplication.clipboard().setText(self._line.text()))
        slurm.clicked.connect(lambda: QApplication.clipboard().setText(self._script))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._line, 1)
        row.addWidget(copy)
        row.addWidget(slurm)
        self.hide()

    def show_run(self, run: RunFolder) -> None:
        """Show the line of a run folder."""
        try:
            plan = TrainingPlan.load(run.plan)
            self._line.setText(launch_line(plan, run.path, resume=any(run.checkpoints.glob("checkpoint-*"))))
            self._script = slurm_script(plan, run.path)
        except PlanError:
            self.hide()
            return
        self._line.setCursorPosition(0)
        self.show()
