"""Parts of a module that matter to people or type checkers only, which no vector can see."""

from __future__ import annotations

import ast

TEXTS = {"clause", "detail", "start"}
"""Variables of the reference that hold what a refusal says of itself beside its code."""


def without_words(source: str) -> str:
    """The module without annotations, docstrings, spans, texts of refusals and what keeps dataclasses from change.

    Modules that are equal without these answer every op alike.
    """
    return ast.dump(_Wordless().visit(ast.parse(source)))


class _Wordless(ast.NodeTransformer):
    def __init__(self) -> None:
        self._refusing = False

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = _NONE
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        names = {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
        is_text = names <= TEXTS
        if is_text:
            node.value = _NONE
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "Span":
            return _NONE
        if self._refusing:  # the code has a name, all else is text and places
            node.args = [one for one in node.args if isinstance(one, ast.Name | ast.Attribute)]
        return self.generic_visit(node)

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        """Forget which arguments are positional-only or keyword-only: the reference always gives them as it does."""
        node.defaults += [one for one in node.kw_defaults if one is not None]
        node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        node.posonlyargs, node.kwonlyargs, node.kw_defaults = [], [], []
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST | None:
        return None if node.arg in ("frozen", "slots") else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        before, self._refusing = self._refusing, True
        result = self.generic_visit(node)
        self._refusing = before
        return result


_NONE = ast.Constant(None)
