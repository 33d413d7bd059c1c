"""``python -m symsens``: the command line."""

from symsens.cli import main

main()
