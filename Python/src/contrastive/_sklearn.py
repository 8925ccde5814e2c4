"""scikit-learn's base classes; without scikit-learn stand-ins of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._tensors import Array, as_array

if TYPE_CHECKING:

    class Estimator:
        n_features_in_: int

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Any: ...
        def __sklearn_tags__(self) -> Any: ...

    class Transformer(Estimator):
        def fit_transform(self, X: Any, y: Any = None) -> Array: ...

    class Clusterer(Transformer):
        def fit_predict(self, X: Any, y: Any = None) -> Array: ...

    def validated(estimator: Any, X: Any, reset: bool) -> Array: ...
    def check_fitted(estimator: Any, attribute: str) -> None: ...

else:
    try:
        from sklearn.base import (
            BaseEstimator,
            ClassNamePrefixFeaturesOutMixin,
            ClusterMixin,
            TransformerMixin,
        )
        from sklearn.utils.validation import check_is_fitted, validate_data

        class Estimator(BaseEstimator):
            pass

        class Transformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
            pass

        class Clusterer(
            ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator
        ):
            pass

        def validated(estimator: Any, X: Any, reset: bool) -> Array:
            return validate_data(
                estimator, X, dtype=[np.float64, np.float32], reset=reset, order="C"
            )

        def check_fitted(estimator: Any, attribute: str) -> None:
            check_is_fitted(estimator, attribute)

    except ImportError:
        import inspect

        class Estimator:
            @classmethod
            def _names(cls) -> list[str]:
                return [n for n in inspect.signature(cls.__init__).parameters if n != "self"]

            def get_params(self, deep: bool = True) -> dict[str, Any]:
                return {name: getattr(self, name) for name in self._names()}

            def set_params(self, **params: Any) -> Any:
                for name, value in params.items():
                    if name not in self._names():
                        raise ValueError(f"{type(self).__name__} has no parameter {name!r}")
                    setattr(self, name, value)
                return self

            def __repr__(self) -> str:
                given = ", ".join(f"{k}={v!r}" for k, v in self.get_params().items())
                return f"{type(self).__name__}({given})"

        class Transformer(Estimator):
            def fit_transform(self, X: Any, y: Any = None) -> Array:
                return self.fit(X).transform(X)

        class Clusterer(Transformer):
            def fit_predict(self, X: Any, y: Any = None) -> Array:
                return self.fit(X).labels_

        def validated(estimator: Any, X: Any, reset: bool) -> Array:
            array = as_array(X, "X")
            if array.ndim != 2:
                raise ValueError(f"X: found shape {list(array.shape)}, expected [rows, features]")
            if array.dtype not in (np.float32, np.float64):
                array = array.astype(np.float64)
            if reset:
                estimator.n_features_in_ = array.shape[1]
            elif array.shape[1] != estimator.n_features_in_:
                raise ValueError(
                    f"X has {array.shape[1]} features, but {type(estimator).__name__} is expecting "
                    f"{estimator.n_features_in_} features as input"
                )
            return array

        def check_fitted(estimator: Any, attribute: str) -> None:
            if not hasattr(estimator, attribute):
                raise ValueError(f"This {type(estimator).__name__} is not fitted yet")
