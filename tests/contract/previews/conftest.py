from tests.numbered_films import film, make_bif, number_of, show, source

__all__ = ["film", "make_bif", "number_of", "show", "source"]
