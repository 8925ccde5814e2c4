"""What needs PyTorch or scikit-learn is left out where these are not installed."""

from importlib.util import find_spec

collect_ignore = [
    name
    for name, module in (
        ("test_torch.py", "torch"),
        ("test_distributed.py", "torch"),
        ("test_adapters.py", "torch"),
        ("test_encoder.py", "torch"),
        ("test_sklearn.py", "sklearn"),
        ("test_jax.py", "jax"),
    )
    if find_spec(module) is None
]
