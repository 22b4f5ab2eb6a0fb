from django.contrib.auth.models import AbstractUser
from django.db import models


class Theme(models.TextChoices):
    AUTO = "auto", "As the system says"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class User(AbstractUser):
    """A person, or a service account that works through tokens only."""

    display_name = models.CharField(max_length=150, blank=True)
    is_service = models.BooleanField(default=False)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    quick_mode = models.BooleanField(default=False)
    preferences = models.JSONField(default=dict, blank=True)  # keys and the like, validated before they are stored

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="user_theme_known"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


class ApiToken(models.Model):
    """A key for programs. Only its hash is stored; the token itself is shown once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=200, blank=True)
    scopes = models.JSONField()
    project = models.ForeignKey("labelling.Project", models.CASCADE, null=True, related_name="+")
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
