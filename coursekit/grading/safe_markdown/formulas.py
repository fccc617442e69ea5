r"""Which formulas a page may typeset.

MathJax is a program that students could write for: \href makes a link, \require loads code, \def hides both, \style
and \rule cover the page. A list of what is dangerous would never be complete, so this is the list of what is not.
"""

from __future__ import annotations

import re

MAX_FORMULA = 2000

_LETTERS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron pi varpi rho
varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
aleph beth hbar hslash ell wp Re Im imath jmath partial nabla infty emptyset varnothing angle degree prime backprime
forall exists nexists neg lnot top bot square blacksquare triangle Box Diamond star bigstar complement flat natural
sharp clubsuit diamondsuit heartsuit spadesuit checkmark dag ddag dagger ddagger S P pounds copyright
"""
_OPERATORS = """
sum prod coprod int iint iiint oint bigcup bigcap bigsqcup bigvee bigwedge bigoplus bigotimes bigodot biguplus pm mp
times div cdot ast circ bullet cup cap uplus sqcup sqcap vee wedge lor land setminus wr amalg oplus ominus otimes
oslash odot bigcirc ltimes rtimes arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf injlim
ker lg lim liminf limsup ln log max min mod bmod pmod pod Pr projlim sec sin sinh sup tan tanh operatorname limits
nolimits displaylimits
"""
_RELATIONS = """
le leq leqq leqslant ge geq geqq geqslant ne neq lt gt ll gg lll ggg equiv sim simeq cong approx approxeq asymp doteq
propto models perp mid nmid parallel nparallel in notin ni owns subset supset subseteq supseteq subsetneq supsetneq
nsubseteq nsupseteq sqsubset sqsupset sqsubseteq sqsupseteq prec succ preceq succeq vdash dashv bowtie frown smile not
triangleq coloneqq eqqcolon colon to gets mapsto longmapsto leftarrow rightarrow leftrightarrow Leftarrow Rightarrow
Leftrightarrow longleftarrow longrightarrow longleftrightarrow Longleftarrow Longrightarrow Longleftrightarrow iff
implies impliedby uparrow downarrow updownarrow Uparrow Downarrow Updownarrow nearrow searrow swarrow nwarrow
hookleftarrow hookrightarrow leftharpoonup leftharpoondown rightharpoonup rightharpoondown rightleftharpoons leadsto
nleftarrow nrightarrow nLeftarrow nRightarrow therefore because xleftarrow xrightarrow
"""
_BRACKETS = """
left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm langle rangle
lfloor rfloor lceil rceil lvert rvert lVert rVert vert Vert lbrace rbrace lbrack rbrack ulcorner urcorner llcorner
lrcorner backslash
"""
_SHAPES = """
frac dfrac tfrac cfrac binom dbinom tbinom choose over atop sqrt root of stackrel overset underset substack overline
underline overbrace underbrace overleftarrow overrightarrow overleftrightarrow underleftarrow underrightarrow hat
widehat check tilde widetilde acute grave dot ddot dddot breve bar vec mathring boxed fbox cancel begin end hline
cdots ldots dots dotsb dotsc dotsi dotsm dotso vdots ddots quad qquad enspace thinspace medspace thickspace negthinspace
phantom nonumber notag displaystyle textstyle scriptstyle scriptscriptstyle
"""
_FONTS = """
mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak mathbb mathnormal boldsymbol bm pmb rm bf it sf tt cal
text textrm textbf textit textsf texttt textnormal mbox hbox mathop mathbin mathrel mathord mathopen mathclose
mathpunct mathinner
"""
COMMANDS = frozenset(" ".join((_LETTERS, _OPERATORS, _RELATIONS, _BRACKETS, _SHAPES, _FONTS)).split())

_STARRED = ("equation", "align", "gather", "multline", "alignat", "eqnarray", "flalign")
_NAMED = """
aligned gathered alignedat split cases rcases array matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix
subarray
"""
ENVIRONMENTS = frozenset([*_NAMED.split(), *_STARRED, *(f"{name}*" for name in _STARRED)])

_INLINE = re.compile(r"\$([^$]+)\$|\$\$([^$]+)\$\$")
_DISPLAYED = re.compile(r"\\begin\{([a-z]+\*?)\}[^$]*\\end\{\1\}")
_CONTROL = re.compile(r"\\([A-Za-z]+|.|$)", re.DOTALL)
_SYMBOLS = frozenset("\\,:;!> {}|_&%#-/\n")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)(?![A-Za-z])")
_NAMED_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{([a-z]+\*?)\}", re.IGNORECASE)


def is_harmless(formula: str) -> bool:
    """True for a formula, delimiters included, all of whose commands and environments are on the lists."""
    if len(formula) > MAX_FORMULA or not (_INLINE.fullmatch(formula) or _DISPLAYED.fullmatch(formula)):
        return False
    for name in _CONTROL.findall(formula):
        if name not in COMMANDS and name not in _SYMBOLS:
            return False
    environments = _NAMED_ENVIRONMENT.findall(formula)
    return len(environments) == len(_ENVIRONMENT.findall(formula)) and ENVIRONMENTS.issuperset(environments)
