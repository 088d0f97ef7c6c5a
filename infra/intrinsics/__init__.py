"""CloudFormation's intrinsic functions over plain data: what can be known is resolved, the rest stays a residual.

A residual is an intrinsic whose answer exists only once a resource does: ``{"Ref": id}``,
``{"Fn::GetAtt": [id, attr]}``, ``{"Fn::Sub": "text ${Id} ${Id.Attr}"}`` or another function around those.
Given a ``lookup`` nothing stays residual. Dynamic references (``{{resolve:…}}``) are text and stay text.
"""

from infra.intrinsics import conditions, lists, references, text
from infra.intrinsics.evaluator import Evaluator, Lookup, Scope
from infra.intrinsics.residuals import IntrinsicError, as_text, has_residual, is_residual
from infra.intrinsics.residuals import references as references_in

__all__ = [
    "Evaluator",
    "IntrinsicError",
    "Lookup",
    "Scope",
    "as_text",
    "conditions",
    "has_residual",
    "is_residual",
    "lists",
    "references",
    "references_in",
    "text",
]
