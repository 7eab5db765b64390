import pytest

from showrunner.errors import SetupError
from showrunner.ports.secrets import Secrets


class SecretsContract:
    @pytest.fixture
    def others(self) -> Secrets:
        """Secrets under another key."""
        raise NotImplementedError

    @pytest.mark.parametrize("plain", ["", "abc", "token\n\x00 with ümläuts 🎬", "x" * 5000])
    def test_what_was_sealed_opens(self, secrets: Secrets, plain: str) -> None:
        """Any text comes back as it was."""
        assert secrets.open(secrets.seal(plain)) == plain

    def test_a_sealed_text_is_printable_and_shows_nothing(self, secrets: Secrets) -> None:
        """A sealed text can be stored anywhere and does not hold the secret."""
        sealed = secrets.seal("xyzzy-plugh")

        assert sealed.startswith("sealed:")
        assert sealed.isascii()
        assert sealed.isprintable()
        assert "xyzzy" not in sealed

    def test_equal_secrets_are_sealed_differently(self, secrets: Secrets) -> None:
        """Nobody can tell from the sealed texts that two secrets are the same."""
        assert secrets.seal("same") != secrets.seal("same")

    def test_an_altered_text_is_refused(self, secrets: Secrets) -> None:
        """A change of any one character is noticed."""
        sealed = secrets.seal("abc")
        # All of the head and the tail, and samples between: each try costs AWS a call.
        places = {
            *range(20),
            *range(20, len(sealed) - 12, 17),
            *range(len(sealed) - 12, len(sealed)),
        }
        for place in places:
            other = "A" if sealed[place] != "A" else "B"
            with pytest.raises(SetupError):
                secrets.open(sealed[:place] + other + sealed[place + 1 :])

    @pytest.mark.parametrize("stray", ["\n", " ", "!", "=", "A"])
    def test_a_stray_character_is_refused(self, secrets: Secrets, stray: str) -> None:
        """A character too many is noticed, also one that decoders skip."""
        sealed = secrets.seal("abc")
        for place in (len(sealed) - 9, len(sealed)):
            with pytest.raises(SetupError):
                secrets.open(sealed[:place] + stray + sealed[place:])

    @pytest.mark.parametrize("text", ["", "abc", "sealed:", "sealed:other1:QUJD", "sealed:\x00ü"])
    def test_a_text_that_was_never_sealed_is_refused(self, secrets: Secrets, text: str) -> None:
        """Opening anything else says so instead of giving it back."""
        with pytest.raises(SetupError):
            secrets.open(text)

    def test_a_shortened_text_is_refused(self, secrets: Secrets) -> None:
        """A text that was cut off does not open."""
        sealed = secrets.seal("abc")
        for length in range(len(sealed) - 40, len(sealed)):
            with pytest.raises(SetupError):
                secrets.open(sealed[:length])

    def test_another_key_does_not_open_it(self, secrets: Secrets, others: Secrets) -> None:
        """What one key sealed is refused under another, without showing the text."""
        sealed = secrets.seal("xyzzy")

        with pytest.raises(SetupError) as refused:
            others.open(sealed)
        assert "xyzzy" not in str(refused.value)
        assert sealed not in str(refused.value)
