"""The centre without a screen: no Qt anywhere below this package."""
