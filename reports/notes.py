"""What a plan notes of its run beside the cells, as frozen models: places, costs, deployments, requirements, counts."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool, StrictFloat

from reports.storable import Count, Moment, Strict

Tier = Literal["static", "mocked", "live"]


class EnvironmentNote(Strict):
    """One environment of the run and the account and region it stands for."""

    name: str
    account: str
    region: str


class CostNote(Strict):
    """What a month of one environment is estimated to cost, in US dollars; ``services`` adds up to ``usd``.

    ``price_days``: the age of the oldest price, at the commit's date, or on the day of a run that looked at an account;
    ``prices_are_old``: it is warned of.
    """

    environment: str
    budget: StrictFloat
    usd: StrictFloat
    after_free_tier: StrictFloat
    at_unverified_prices: StrictFloat
    price_days: Count
    prices_are_old: StrictBool
    services: dict[str, StrictFloat]


class DeploymentNote(Strict):
    """One entry of an environment's history: what was done to it, from what, and what came of it.

    ``templates`` and ``code`` are digests of all templates and of all archives of code, empty where the entry is not of
    a whole deployment; ``plan`` is the id of the plan that was approved, empty where there was none.
    """

    id: str
    at: Moment
    by: str
    action: str
    done: StrictBool
    told: str
    commit: str
    templates: str
    code: str
    plan: str


class DeploymentsNote(Strict):
    """The history of one environment as it was read from ``place``, the newest entry first.

    ``unread`` says why there is none, ``bad`` what is no entry of this environment, a line each; ``older`` counts the
    entries that were left out.
    """

    environment: str
    tier: Tier
    place: str
    unread: str | None
    entries: tuple[DeploymentNote, ...]
    bad: tuple[str, ...]
    older: Count


class RequirementNote(Strict):
    """A requirement that controls of the run answer; ``link`` leads to its text, or to its framework's.

    ``unanswered`` says of one that no control answers why that is so.
    """

    reference: str
    framework: str
    title: str
    link: str | None
    unanswered: str | None = None


class PopulationNote(Strict):
    """The resources of one type, as each counter there is counts them.

    ``resources``: the keys that are judged; ``listed``: how many AWS, or the template, listed; ``in_stacks``: how many
    our stacks have; ``unread``: what a stack has and no list gave; ``gap``: why the type was not listed whole.
    """

    environment: str
    tier: Tier
    type: str
    resources: tuple[str, ...]
    listed: Count
    in_stacks: Count
    unread: tuple[str, ...]
    gap: str | None
