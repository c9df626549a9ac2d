"""Refusals about declarations."""

from __future__ import annotations

from portal_app.kit.errors import Conflict, InvalidInput, NotFound


class CompanyNotFound(NotFound):
    """No company has this name in its address."""

    code = "company_not_found"

    def __init__(self) -> None:
        super().__init__("We don't know that business. Choose one from the list.")


class IncompleteForm(InvalidInput):
    """Something that was typed can't be taken; *faults* says what, by field."""

    code = "incomplete_form"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("There is a problem. Nothing was sent yet.")
        self.faults = faults


class UndoOver(NotFound):
    """A link that was never one, or whose declaration can't be taken back any more."""

    code = "undo_over"

    def __init__(self) -> None:
        super().__init__("This link doesn't work any more. Nothing was changed.")


class DeclarationNotFound(NotFound):
    """No declaration has this reference."""

    code = "declaration_not_found"

    def __init__(self) -> None:
        super().__init__("There is no declaration with that reference.")


class NothingToGiveBack(Conflict):
    """It is no withdrawal in time from one membership, so nothing was computed."""

    code = "nothing_to_give_back"

    def __init__(self) -> None:
        super().__init__("That is no withdrawal in time from one membership.")


class AlreadyResolved(Conflict):
    """Somebody has said already what became of it."""

    code = "already_resolved"

    def __init__(self) -> None:
        super().__init__("That declaration is resolved already.")


class NothingToDecide(Conflict):
    """Which membership it is about is known."""

    code = "nothing_to_decide"

    def __init__(self) -> None:
        super().__init__("It is known already which membership that is about.")


class GivenUp(Conflict):
    """The provider did not answer for days; the same change is to be replayed, not asked again."""

    code = "declaration_given_up"

    def __init__(self, intent_id: str) -> None:
        super().__init__(
            "It was given up after days without an answer. Run"
            f" `portal jobs replay {intent_id} --queue intents`."
        )
