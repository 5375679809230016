"""Objective measurements of the converter: evaluation sets, scores and the tables of EVAL.md."""
