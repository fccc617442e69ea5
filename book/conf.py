"""Sphinx's settings for the book. book/site.py gathers the sources and runs Sphinx with them."""

import coursekit

project = "coursekit"
author = "the coursekit contributors"
release = coursekit.__version__
html_title = "Recurrent networks from scratch"
language = "en"

extensions = ["myst_nb", "sphinx.ext.mathjax"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_static/**"]

# The notebooks come executed.
nb_execution_mode = "off"
nb_render_text_lexer = "none"
nb_ipywidgets_js = {}
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_favicon = "static/favicon.svg"
html_css_files = ["book.css"]
html_js_files = ["search.js"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "a11y-light"
pygments_dark_style = "a11y-dark"
mathjax_path = "mathjax/tex-chtml-full.js"
