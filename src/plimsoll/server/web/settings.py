"""`/settings`: what is in force, and which file and key change it. Nothing can be changed here."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.project import Check, SettingsReport
from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.web.render import render_page


async def show_settings(request: Request) -> Response:
    """`GET /settings`: every setting in force, models with prices, keys by name, stores; for administrators."""
    require(request, "admin")
    report = await state_of(request).project.describe_settings()
    content = {"report": report, "checks": check_health(report), "twin": "/api/settings"}
    return render_page(request, "settings.html", content)


def check_health(report: SettingsReport) -> tuple[Check, ...]:
    """Return what is right and wrong with what everything stands on, in words."""
    return (_check_file(report), _check_capture(report), *_check_gateway(report))


def _check_file(report: SettingsReport) -> Check:
    state = report.state
    if state.problem:
        return Check(name="Settings", state="wrong", message=state.problem, next_step=f"Correct {report.file}.")
    if state.waiting:
        message = f"Not in force until the next start: {', '.join(state.waiting)}."
        return Check(name="Settings", state="warning", message=message, next_step="Start the server again.")
    return Check(name="Settings", state="ok", message=f"{report.file} is in force as it stands.")


def _check_capture(report: SettingsReport) -> Check:
    health, name = report.capture, "Traces"
    if health.last_error:
        message = f"They cannot be written and wait in memory, {health.pending} steps so far: {health.last_error}"
        return Check(
            name=name, state="wrong", message=message, next_step="Look at the disk and the database of traces."
        )
    if health.dropped:
        message = f"{health.dropped} steps were lost since the start."
        return Check(name=name, state="warning", message=message, next_step="The store was slow, down or full.")
    return Check(name=name, state="ok", message=f"Every step is written; {health.pending} wait.")


def _check_gateway(report: SettingsReport) -> tuple[Check, ...]:
    health = report.gateway
    where = "in Redis, shared by all processes" if health.shared == "redis" else "in this process"
    failing = [(what, why) for what, why in _failures(report) if why]
    if failing:
        return tuple(Check(name=what, state="wrong", message=why) for what, why in failing)
    message = f"Limits and kept replies are {where}; {health.limits.open_calls} calls are under way."
    return (Check(name="Gateway", state="ok", message=message),)


def _failures(report: SettingsReport) -> tuple[tuple[str, str], ...]:
    return ("Limits", report.gateway.limits.last_error), ("Ledger", report.gateway.ledger.last_error)
