"""How a run is started in a terminal or on a cluster: the line, and the Slurm script, to copy.

Owns showing and copying, and on how many machines. Does not own the words (`core.launch`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.launch import launch_line, slurm_script
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.flow import FlowLayout


class LaunchLine(QWidget):
    """The line that carries out a run elsewhere. Hidden without a plan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._shown: tuple[TrainingPlan, Path, bool] | None = None
        self._script = ""
        self._head = QLabel(self)
        self._head.setWordWrap(True)
        set_role(self._head, "muted")
        self._line = QLineEdit(self)
        self._line.setObjectName("launchLine")
        self._line.setReadOnly(True)
        self._line.setAccessibleName(self.tr("Command that carries out this run"))
        set_role(self._line, "mono")
        self._nodes = QSpinBox(self)
        self._nodes.setObjectName("launchNodes")
        self._nodes.setRange(1, 512)
        self._nodes.lineEdit().setTextMargins(Space.S, 0, Space.S, 0)
        self._nodes.setPrefix(self.tr("Machines: "))
        self._nodes.setAccessibleName(self.tr("Number of machines"))
        self._copy = QPushButton(self.tr("Copy command"), self)
        self._copy.setObjectName("copyLaunch")
        self._slurm = QPushButton(self.tr("Copy Slurm script"), self)
        self._slurm.setObjectName("copySlurm")
        for button in (self._copy, self._slurm):
            set_icon(button, "copy")
            set_kind(button, "quiet")
        self._wrong = QLabel(self)
        self._wrong.setWordWrap(True)
        set_role(self._wrong, "danger")
        self._copy.clicked.connect(lambda: QApplication.clipboard().setText(self._line.text()))
        self._slurm.clicked.connect(lambda: QApplication.clipboard().setText(self._script))
        self._nodes.valueChanged.connect(self._write)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._nodes)
        row.addWidget(HelpMark("train.nodes", self._nodes, parent=self))
        buttons = FlowLayout(alignment=Qt.AlignmentFlag.AlignRight, one_line=True)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._slurm)
        row.addLayout(buttons, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        for widget in (self._head, self._line, self._wrong):
            column.addWidget(widget)
        column.addLayout(row)
        self.hide()

    def show_run(self, run: RunFolder) -> None:
        """Show the line of a run folder."""
        try:
            plan = TrainingPlan.load(run.plan)
        except PlanError:
            self.hide()
            return
        self._head.setText(self.tr("Carry this run out in a terminal, or on a cluster that sees this folder:"))
        self._show(plan, run.path, resume=any(run.checkpoints.glob("checkpoint-*")))

    def show_plan(self, plan: TrainingPlan, run: Path) -> None:
        """Show the line of a plan that has no folder yet; `run` is where one would lie."""
        self._head.setText(
            self.tr(
                "Start training runs it on this machine. To run it elsewhere, make the folder only; its own line and "
                "Slurm script, like this one, are on its page."
            )
        )
        self._show(plan, run, resume=False)

    def _show(self, plan: TrainingPlan, run: Path, *, resume: bool) -> None:
        self._shown = plan, run, resume
        self._nodes.setVisible(plan.processes > 1)
        self._write()
        self.show()

    def _write(self) -> None:
        if self._shown is None:
            return
        plan, run, resume = self._shown
        nodes = self._nodes.value() if plan.processes > 1 else 1
        try:
            line, self._script = (
                launch_line(plan, run, nodes=nodes, resume=resume),
                slurm_script(plan, run, nodes=nodes),
            )
        except PlanError as error:
            line, self._script = "", ""
            self._wrong.setText(str(error))
        self._wrong.setVisible(not line)
        for button in (self._copy, self._slurm):
            button.setEnabled(bool(line))
        if line != self._line.text():
            self._line.setText(line)
            self._line.setToolTip(line)
            self._line.setCursorPosition(0)
