"""What in the settings is unsafe or missing, in sentences for whoever runs the service."""

from __future__ import annotations

from activities.config import Settings, is_loopback


def is_private(settings: Settings, host: str) -> bool:
    """Whether nobody but this machine can reach the service: neither where it listens nor where it says it is."""
    return is_loopback(host) and settings.is_loopback


def unsafe(settings: Settings, *, private: bool, demo_accounts: bool = False) -> list[str]:
    """Reasons not to serve with these settings. `private`: only this machine can reach the service."""
    found = []
    if not settings.secret_key:
        found.append("SECRET_KEY is not set: put in 32 random characters or more, and keep them.")
    if not private and settings.is_demo:
        found.append("SECRET_KEY is the demo's, which everyone knows: sessions and links could be forged.")
    if not private and demo_accounts:
        found.append("The database holds demo accounts, whose password everyone knows: use another database.")
    if not settings.is_loopback and settings.base_url.startswith("http:"):
        found.append("ACTIVITIES_BASE_URL begins with http: passwords would travel unencrypted. Use https.")
    return found


def missing(settings: Settings, *, private: bool) -> list[str]:
    """What the service can do without, and what is lost."""
    found = []
    if settings.is_loopback and not private:
        found.append("ACTIVITIES_BASE_URL is not set: links would lead nowhere, and no other host name is answered to.")
    if not settings.smtp_url:
        found.append("ACTIVITIES_SMTP_URL is not set: no mail goes out; administrators hand links over themselves.")
    if not settings.redis_url:
        found.append("REDIS_URL is not set: each server process counts wrong passwords for itself.")
    if settings.base_url.startswith("https:") and not settings.proxies:
        found.append("ACTIVITIES_PROXIES is 0: behind a proxy, everyone seems to come from its address.")
    return found
