"""Bodies of sign-in and of passwords, shared by the organizations' hosts and the public one."""

from typing import Any

from rest_framework import serializers


class LoginSerializer(serializers.Serializer[Any]):
    """Address and password."""

    email = serializers.CharField(max_length=254, help_text="Address of the account.")
    password = serializers.CharField(max_length=256, trim_whitespace=False, help_text="Its password.")
    token = serializers.BooleanField(
        default=False, help_text="Answer with a pair of tokens instead of a session cookie."
    )


class PasswordChangeSerializer(serializers.Serializer[Any]):
    """Old and new password."""

    current_password = serializers.CharField(max_length=256, trim_whitespace=False, help_text="Password until now.")
    new_password = serializers.CharField(max_length=256, trim_whitespace=False, help_text="Password from now on.")


class EmailOnlySerializer(serializers.Serializer[Any]):
    """An address."""

    email = serializers.EmailField(max_length=254, help_text="Address that gets the mail.")


class PasswordResetConfirmSerializer(serializers.Serializer[Any]):
    """Parts of a reset link, and the new password."""

    uid = serializers.CharField(max_length=40, help_text="Account part of the link.")
    token = serializers.CharField(max_length=100, help_text="Secret part of the link.")
    new_password = serializers.CharField(max_length=256, trim_whitespace=False, help_text="Password from now on.")


class DetailSerializer(serializers.Serializer[Any]):
    """One sentence."""

    detail = serializers.CharField(help_text="What happens next.")
