"""What of a module says something to people or type checkers only, which no vector can see."""

from __future__ import annotations

import ast


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
        is_text = any(isinstance(target, ast.Name) and target.id == "detail" for target in node.targets)
        if is_text:
            node.value = _NONE
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        is_span = isinstance(node.func, ast.Name) and node.func.id == "Span"
        return _NONE if is_span else self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST | None:
        return None if node.arg in ("frozen", "slots") else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        before, self._refusing = self._refusing, True
        result = self.generic_visit(node)
        self._refusing = before
        return result

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return _NONE if self._refusing else self.generic_visit(node)


_NONE = ast.Constant(None)
