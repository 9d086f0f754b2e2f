"""How the demo model and the demo project are made: scenes, questions, ranks file, training, evaluation.

Development code: the product ships only what these scripts write into ``resources/``.
"""
