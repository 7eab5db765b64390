from tests.numbered_films import number_of, show, source

__all__ = ["number_of", "show", "source"]
