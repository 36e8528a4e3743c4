"""The examination of a stage: each check reads its facts and judges them, and one that cannot look does not end the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from requests import RequestException

from switchboard_cli.doctor import judging_records as records
from switchboard_cli.doctor import judging_running as running
from switchboard_cli.doctor import judging_stage as stage
from switchboard_cli.doctor import reading_outside, reading_records, reading_stage
from switchboard_cli.doctor.account import Account
from switchboard_cli.doctor.judging_stage import MISSING
from switchboard_cli.doctor.verdict import Fault, Note, Verdict


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, what it looks at, and how it does."""

    name: str
    looks_at: str
    examine: Callable[[Account], Iterator[Fault | Note]]


def _of(
    read: Callable[[Account], Any], judge: Callable[[Any], Iterator[Fault | Note]]
) -> Callable[[Account], Iterator[Fault | Note]]:
    return lambda account: judge(read(account))


CHECKS = (
    Check("stacks", "both stacks are there, settled and protected", _of(reading_stage.stacks, stage.judge_stacks)),
    Check(
        "settings",
        "every function can read its environment, and uses what the stage keeps",
        lambda account: stage.judge_settings(account.once(reading_stage.functions), account.kept),
    ),
    Check(
        "origins", "pages that may call get leave, and no other does", _of(reading_outside.origins, stage.judge_origins)
    ),
    Check(
        "tables",
        "keys, indexes, recovery to an earlier second, deletion protection, encryption, time to live",
        _of(reading_records.tables, records.judge_tables),
    ),
    Check("keys", "keys of KMS are enabled and renewed", _of(reading_records.keys, records.judge_keys)),
    Check("secret", "the function can use what the secret holds", _of(reading_records.secret, records.judge_secret)),
    Check("digests", "nobody can delete or replace a digest", _of(reading_records.digests, records.judge_digests)),
    Check(
        "policy",
        "roles allow what functions need, and nothing on everything",
        _of(reading_stage.roles, records.judge_policy),
    ),
    Check(
        "schedules", "what has to happen each hour is started", _of(reading_stage.schedules, running.judge_schedules)
    ),
    Check(
        "alarms",
        "alarms tell somebody who hears, and none rings",
        lambda account: running.judge_alarms(*reading_stage.alarms(account)),
    ),
    Check("load", "all that is let in can run at once", _of(reading_stage.load, running.judge_load)),
    Check(
        "clock",
        "this machine, AWS and AdultWork mean the same second",
        _of(reading_outside.clocks, running.judge_clock),
    ),
    Check("upstream", "AdultWork answers", _of(reading_outside.upstream, running.judge_upstream)),
    Check("drift", "nothing was changed by hand", _of(reading_stage.drift, stage.judge_drift)),
)


def examine(account: Account) -> Iterator[Verdict]:
    """Make every check; yield each verdict as it is there.

    Where a stack is missing, or CloudFormation does not tell of it, nothing more can be looked at.
    """
    for check in CHECKS:
        verdict = verdict_of(check, account)
        yield verdict
        is_hidden = verdict.unseen is not None or any(one.what == MISSING for one in verdict.faults)
        if check is CHECKS[0] and is_hidden:
            return


def verdict_of(check: Check, account: Account) -> Verdict:
    """Make one check; where it cannot look, say why."""
    try:
        return Verdict(check.name, list(check.examine(account)))
    except (BotoCoreError, ClientError, RequestException, reading_stage.DriftUnknownError) as error:
        return Verdict(check.name, unseen=str(error))
    except KeyError as error:
        return Verdict(check.name, unseen=f"the stage has no {error}; another version made it")
