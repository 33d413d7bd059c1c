"""How Sphinx builds the site: `make docs`. Nothing is fetched, and every warning is an error."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

project = "symsens"
author = "The symsens developers"
copyright = "the symsens developers"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "directives"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "symsens"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False  # types of parameters are prose: words of them are no names to be linked
myst_heading_anchors = 3
myst_disable_syntax = ["html_inline", "html_block"]  # QQ<c> is a field
default_role = "code"
highlight_language = "text"
pygments_style = "friendly"
