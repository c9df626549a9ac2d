"""A form that a state takes, and the summary of what was wrong with it."""

from __future__ import annotations

import reflex as rx

from portal_app.ui.parts.actions import document_link
from portal_app.ui.parts.types import Child, Events, Props, Rows, Text, classes


def state_form(*children: Child, on_submit: Events, **props: Props) -> rx.Component:
    """A form whose handler gets all fields by name; Enter in a field sends it too.

    What is wrong is said by us, above the form and at the field: the browser's own bubbles are
    neither in the reader's language nor stay.
    """
    props["class_name"] = classes("form", given=props.get("class_name"))
    return rx.el.form(*children, on_submit=on_submit, no_validate=True, **props)


def error_summary(title: Text, errors: Rows, *, identity: str = "error-summary") -> rx.Component:
    """What is wrong, with a link to each field; stays out of the way while nothing is.

    *errors* are objects with `href` and `text`. A handler moves the focus here with
    `rx.set_focus(identity)`, so it is always in the page.
    """
    return rx.el.div(
        rx.cond(
            errors,
            rx.el.div(
                rx.el.span(class_name="alert-icon", aria_hidden="true"),
                rx.el.div(
                    rx.el.h2(title, class_name="alert-title"),
                    rx.el.ul(
                        rx.foreach(
                            errors,
                            lambda one: rx.el.li(document_link(one.text, one.href), key=one.href),
                        ),
                        class_name="error-list",
                    ),
                    class_name="alert-body",
                ),
                class_name="alert alert-danger",
            ),
        ),
        id=identity,
        tab_index=-1,
        role="alert",
        class_name="error-summary",
    )
