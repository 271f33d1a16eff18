"""Networks in other forms that compute the same; each form that differs tells its rule."""
