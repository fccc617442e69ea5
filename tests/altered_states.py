"""What learners do to a whole process, as cells of a notebook, each with an expression that shows what it has set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ALTERED = {
    "numpy raises": ("import numpy as np\nnp.seterr(all='raise')", "np.geterr()"),
    "numpy calls a function": (
        "import numpy as np\ndef halt(*event): raise SystemError(event)\nnp.seterrcall(halt)\nnp.seterr(all='call')",
        "(np.geterr(), np.geterrcall())",
    ),
    "a small buffer": ("import numpy as np\nnp.setbufsize(16)", "np.getbufsize()"),
    "numpy prints otherwise": (
        "import numpy as np\nnp.set_printoptions(precision=1, threshold=2, legacy='1.13', formatter={'all': len})",
        "np.get_printoptions()",
    ),
    "warnings are errors": (
        "import warnings\nwarnings.simplefilter('error')",
        "warnings.filters[:]",
    ),
    "warnings are shown once": (
        "import warnings\nwarnings.simplefilter('once')\nwarnings.warn('seen')",
        "(warnings.filters[:], dict(warnings.onceregistry))",
    ),
    "another way to show warnings": (
        "import warnings\ndef show(*message): raise SystemError(message)\nwarnings.showwarning = show",
        "warnings.showwarning",
    ),
    "python's generator": ("import random\nrandom.seed(3)\nrandom.gauss()", "random.getstate()"),
    "numpy's generator": (
        "import numpy as np\nnp.random.seed(3)\nnp.random.randn()",
        "[str(part) for part in np.random.get_state()]",
    ),
    "torch's generator": ("import torch\ntorch.manual_seed(3)", "torch.get_rng_state().tolist()"),
    "float64 in torch": ("import torch\ntorch.set_default_dtype(torch.float64)", "torch.get_default_dtype()"),
    "float16 in torch": ("import torch\ntorch.set_default_dtype(torch.float16)", "torch.get_default_dtype()"),
    "another device in torch": ("import torch\ntorch.set_default_device('meta')", "torch.get_default_device()"),
    "no gradients in torch": ("import torch\ntorch.set_grad_enabled(False)", "torch.is_grad_enabled()"),
    "anomalies in torch": ("import torch\ntorch.autograd.set_detect_anomaly(True)", "torch.is_anomaly_enabled()"),
    "deterministic torch": (
        "import torch\ntorch.use_deterministic_algorithms(True)",
        "torch.are_deterministic_algorithms_enabled()",
    ),
    "fast products in torch": (
        "import torch\ntorch.set_float32_matmul_precision('medium')",
        "torch.get_float32_matmul_precision()",
    ),
    "autocast in torch": (
        "import torch\ntorch.set_autocast_enabled('cpu', True)",
        "torch.is_autocast_enabled('cpu')",
    ),
    "a hook around every module": (
        "from torch.nn.modules import module\ndef shapes(*_): raise SystemError('a hook of the learner')\n"
        "module.register_module_forward_hook(shapes)\nmodule.register_module_forward_pre_hook(shapes)\n"
        "module.register_module_parameter_registration_hook(shapes)",
        "[dict(getattr(module, f'_global_{kind}_hooks')) "
        "for kind in ('forward', 'forward_pre', 'parameter_registration')]",
    ),
    "a hook around every optimizer": (
        "from torch.optim import Optimizer\nimport sys\noptimizers = sys.modules[Optimizer.__module__]\n"
        "def tell(*_): raise SystemError('a hook of the learner')\n"
        "optimizers.register_optimizer_step_pre_hook(tell)",
        "dict(optimizers._global_optimizer_pre_hooks)",
    ),
    "two decimals": ("import decimal\ndecimal.getcontext().prec = 2", "decimal.getcontext().prec"),
    "decimals that trap": (
        "import decimal\ndecimal.setcontext(decimal.Context(prec=1, traps=[decimal.Inexact]))",
        "(decimal.getcontext().prec, decimal.getcontext().traps)",
    ),
    "another locale": ("import locale\nlocale.setlocale(locale.LC_ALL, 'C')", "locale.setlocale(locale.LC_ALL)"),
    "another folder": ("import os\nos.chdir('/')", "os.getcwd()"),
    "a low recursion limit": (
        "import sys\ndef depth():\n    frame, n = sys._getframe(), 0\n    while frame: frame, n = frame.f_back, n + 1\n"
        "    return n\nsys.setrecursionlimit(depth() + 30)",
        "sys.getrecursionlimit()",
    ),
    "a high recursion limit": ("import sys\nsys.setrecursionlimit(20_000)", "sys.getrecursionlimit()"),
    "other built-ins": (
        "import builtins\ndef other(*args, **kwargs): raise SystemError('a built-in of the learner')\n"
        "for name in 'abs divmod max min pow round sorted sum'.split(): setattr(builtins, name, other)",
        "vars(builtins)['abs'], vars(builtins)['sum']",
    ),
    "other functions of numpy": (
        "import numpy as np\nnp.array_equal = np.allclose = lambda *a, **k: True\nnp.abs = np.asarray = lambda x: x\n"
        "np.exp = np.linalg.norm = None\nnp.zeros = np.random.default_rng = np.ndarray = 3",
        "(np.array_equal, np.abs, np.exp, np.linalg.norm, np.zeros, np.ndarray, np.random.default_rng)",
    ),
    "other functions of torch": (
        "import torch\nimport torch.nn.functional as F\ntorch.tanh = torch.sigmoid = torch.stack = None\n"
        "torch.zeros = torch.no_grad = torch.get_default_dtype = torch.allclose = lambda *a, **k: True\n"
        "F.linear = F.softmax = torch.optim.Adam = torch.nn.utils.clip_grad_norm_ = 3\ntorch.nn.Linear = dict",
        "(torch.tanh, torch.zeros, torch.get_default_dtype, F.linear, torch.optim.Adam, torch.nn.Linear)",
    ),
    "other functions of python": (
        "import copy, math, random, time\nmath.exp = math.sqrt = math.floor = copy.deepcopy = None\n"
        "random.random = random.seed = random.getstate = random.setstate = 3\n"
        "time.perf_counter = time.monotonic = time.time = lambda: 'later'\nmath.pi = 3",
        "(math.exp, math.floor, math.pi, copy.deepcopy, random.random, random.getstate, time.perf_counter, time.time)",
    ),
    "other methods in torch": (
        "import torch\ntorch.Tensor.chunk = torch.Tensor.detach = torch.Tensor.__matmul__ = None\n"
        "torch.nn.Module.parameters = torch.nn.Module.__call__ = torch.nn.Embedding.forward = 3\n"
        "torch.nn.GRU.parameters = torch.optim.Optimizer.zero_grad = torch.autograd.grad = lambda *a, **k: None",
        "(torch.Tensor.chunk, torch.Tensor.detach, torch.nn.Module.parameters, torch.nn.Embedding.forward, "
        "torch.nn.GRU.parameters, torch.optim.Optimizer.zero_grad, torch.autograd.grad)",
    ),
    "a function of numpy less": ("import numpy as np\ndel np.isfinite", "hasattr(np, 'isfinite')"),
    "a built-in more": ("import builtins\nbuiltins.sigma = 3", "builtins.sigma"),
}


def altered(name: str) -> Callable[[], Any]:
    """Do it here, and return a function that looks at what was set. Whoever calls this puts everything back."""
    source, expression = ALTERED[name]
    names: dict[str, Any] = {}
    exec(source, names)
    return eval(f"lambda: ({expression})", names)
