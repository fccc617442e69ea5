"""Takes torch's own recurrent layers away, once, in the warm server. Its source is sent after the prelude's.

What is written in C++ is replaced at the dispatcher, which every way to it leads through (torch.nn, torch._C,
torch.ops, torch.jit). A registration lasts as long as its handle: the handles here are leaked on purpose, so that no
Python object is left that a worker could find and destroy. What is written in Python (decompositions, quantizable
cells) is emptied in place. Not more is possible inside one process: native code, and the text of the libraries' files,
can be read by any program that runs beside them.
"""


def _take_away_finished_layers():
    import ctypes
    import gc
    import importlib
    import types
    import warnings

    import torch

    def refusing(what):
        def refuse(*args, **kwargs):
            raise NotWhileGrading(f"{what} what this course builds: write it from scratch.")  # noqa: F821  (prelude's)

        return refuse

    refuse = refusing("torch's own recurrent layers are")

    def gone(*args, **kwargs):  # stands in other modules, so it names nothing of this one
        raise RuntimeError("torch's own recurrent layers are what this course builds: write it from scratch.")

    def kernels_refuse():
        """For every operator and every key at which it has a kernel. A worker finds no object of what is done here."""
        names = [n for n in torch._C._dispatch_get_all_op_names() if any(kind in n for kind in ("gru", "lstm", "rnn"))]
        for key in torch._C.DispatchKey.__members__:
            for name in names:
                try:
                    if not torch._C._dispatch_has_kernel_for_dispatch_key(name, key):
                        continue
                except RuntimeError:  # a key that holds no kernels
                    continue
                space, _, operator = name.partition("::")
                library = torch._C._dispatch_library("IMPL", space, "", "", 0)
                library.impl(operator, key, refuse)
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
        return names

    def forget_decompositions(names):
        """The same layers in terms of other operators: tables, kernels in Python, and the functions themselves."""
        import torch._decomp.decompositions as written
        import torch.nn.utils._expanded_weights  # it reads the tables, and PyTorch's compiler asks for it later

        operators = set()
        for name in names:
            packet, _, overload = name.removeprefix("aten::").partition(".")
            if name.startswith("aten::"):
                operators.add(getattr(getattr(torch.ops.aten, packet), overload or "default"))
        tables = [torch._decomp.decomposition_table, *torch._decomp.global_decomposition_table.values()]
        for table in tables:
            for operator in operators & set(table):
                del table[operator]
        for operator in operators:
            operator.py_kernels.clear()
            operator._dispatch_cache.clear()
        for function in gc.get_objects():  # some of them are in closures, too
            if not isinstance(function, types.FunctionType) or function.__code__.co_filename != written.__file__:
                continue
            if any(kind in function.__name__ for kind in ("gru", "lstm", "rnn")) and not function.__closure__:
                function.__code__ = gone.__code__
        for name in list(vars(written)):
            if any(kind in name for kind in ("gru", "lstm", "rnn")):
                setattr(written, name, refuse)

    def empty_classes():
        """Whoever finds one of the classes, by whatever way, finds nothing in it."""
        for name in ("quantizable", "quantized", "quantized.dynamic", "quantized.reference"):
            importlib.import_module(f"torch.ao.nn.{name}")
        todo, found = [torch.nn.Module], set()
        while todo:
            for kind in todo.pop().__subclasses__():
                todo.append(kind)
                if any(name in kind.__name__ for name in ("RNN", "LSTM", "GRU")):
                    found.add(kind)
        for kind in found:
            for name, value in list(vars(kind).items()):
                if isinstance(value, types.FunctionType | classmethod | staticmethod):
                    setattr(kind, name, refuse)
            kind.__init__ = refusing(f"torch.nn.{kind.__name__} is")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        forget_decompositions(kernels_refuse())
        empty_classes()


if "torch" in sys.modules:  # else there is none in the view  # noqa: F821  (the prelude imports it)
    _take_away_finished_layers()
del _take_away_finished_layers
