"""Plain-text mails of the platform itself. A mail that cannot be sent is logged and changes no answer."""

import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)


def send_text_mail(*, to: str, subject: str, body: str) -> None:
    """Send one mail. A failure is logged without address and body: both are private, the body may hold a secret."""
    message = EmailMessage(subject=" ".join(subject.split()), body=body, to=[to])
    try:
        message.send()
    except (OSError, SMTPException):
        logger.exception("a mail could not be sent: %s", message.subject)
