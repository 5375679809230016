#!/usr/bin/env bash
# onnxscript 0.7.2 with onnx 1.23.2: the optimiser takes the addition of a small constant for the addition of zero.
#
# `onnxscript.optimizer.optimize` removes `x + c` where c is a scalar of at most 1e-8, although float32 tells 0 + 1e-10 from 0
# very well. The usual guard of a logarithm, `log(power + 1e-10)`, is lost by it: for silence the graph gave -23 and gives
# minus infinity afterwards. torch.onnx.export(dynamo=True) runs this optimiser by default. A lower limit, `max(power, 1e-10)`,
# is kept.
#
# Seen: before, log(0 + 1e-10) = -23.03; after, no Add is left and the result is -inf; with Max, -23.03 before and after.
# Exits with 0 while that is so, with 1 when it changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install --quiet --disable-pip-version-check onnxscript==0.7.2 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.2.6
cat > seen.py <<'EOF'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnxscript import optimizer


def graph(guard: str) -> onnx.ModelProto:
    """log(guard(power, 1e-10)); the guard is Add or Max."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in ("power", "level")]
    small = helper.make_tensor("small", TensorProto.FLOAT, [], [1e-10])
    nodes = [helper.make_node(guard, ["power", "small"], ["guarded"]), helper.make_node("Log", ["guarded"], ["level"])]
    return helper.make_model(
        helper.make_graph(nodes, "g", values[:1], values[1:], [small]), opset_imports=[helper.make_opsetid("", 18)], ir_version=10
    )


def of_silence(model: onnx.ModelProto) -> float:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return float(session.run(None, {"power": np.zeros(2, np.float32)})[0][0])


seen = []
for guard in ("Add", "Max"):
    model = graph(guard)
    before = of_silence(model)
    after = optimizer.optimize(model)
    kinds = [node.op_type for node in after.graph.node]
    seen.append((guard, round(before, 2), guard in kinds, round(of_silence(after), 2)))
    print(*seen[-1])
expected = [("Add", -23.03, False, float("-inf")), ("Max", -23.03, True, -23.03)]
raise SystemExit(0 if seen == expected else 1)
EOF
env/bin/python seen.py
