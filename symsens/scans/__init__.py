"""Whole data sets: every environment asked the same question, many at a time, the answers kept in an ASE database.

Law: an answer is written whole or not at all, in the order of the files, whoever found it; nothing here knows a
descriptor or proves anything.
"""
