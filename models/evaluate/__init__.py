"""Objective measurements of the converter: evaluation sets, scores and the table of EVAL.md."""
