"""Which column of a results table holds what: typed, or known by its name; what can be read in two ways is refused."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.errors import UserError
from harness.judging import names
from harness.judging.cells import key, mostly_values
from harness.judging.options import NONE, Options
from objectives.data.columns import is_missing, value_of
from objectives.data.table import Table, listed


@dataclass(frozen=True)
class Roles:
    """Columns by what they hold. Several are one name together, as in `adam lr=0.1`."""

    value: str
    method: tuple[str, ...]
    problem: tuple[str, ...] = ()
    pair: tuple[str, ...] = ()  # (): the runs are not paired
    within: str = ""  # the seeds of a tuning, whose median it is worth
    step: str = ""
    state: str = ""
    run: str = ""  # names runs
    guessed: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """In one line: `value=val_loss method=optimizer pair=seed, guessed`."""
        lists = (("method", self.method), ("problem", self.problem), ("pair", self.pair or (NONE,)))
        shown = [f"value={self.value}", *(f"{name}={','.join(some)}" for name, some in lists if some)]
        all_guessed = len(self.guessed) == len(shown)
        aside = f", guessed{'' if all_guessed else ': ' + ' '.join(self.guessed)}" if self.guessed else ""
        return " ".join(shown) + aside


def roles_of(table: Table, options: Options) -> tuple[Table, Roles]:
    """The columns of a table, with those that the names of its runs make. A UserError says what to type."""
    if options.methods is not None:
        table = _melted(table, options)
        options = replace(options, value="value", method=("method",), pair=options.pair or ("row",))
    value = _value(table, options)
    table, parsed = _with_parts(table, value, options)
    method = _named(table, options.method, "method") or parsed.method or _method(table, value)
    problem = _named(table, options.problem, "problem")
    if options.problem is None:
        problem = parsed.problem or _problem(table, (value, *method))
    pair, within = _named(table, options.pair, "pair"), ""
    if options.pair is None:
        pair, within = _pair(table, (value, *method, *problem), method) or (parsed.pair, "")
    used = {value, *method, *problem, *pair}
    step = table.named(options.step, "step") if options.step else _first(table, names.STEPS, used)
    found = Roles(value, method, problem, pair, within, step, _first(table, names.STATES, used))
    found = replace(found, run=_first(table, names.RUNS, used | {step}))
    typed = {"value": options.value, "method": options.method, "problem": options.problem, "pair": options.pair}
    there = {"value": True, "method": True, "problem": bool(problem), "pair": True}
    found = replace(found, guessed=tuple(name for name in typed if typed[name] is None and there[name]))
    _refuse_twice(table, found)
    return table, found


def _value(table: Table, options: Options) -> str:
    if options.value is not None:
        return table.named(options.value, "value")
    numbers = [name for name in dict.fromkeys(table.names) if mostly_values(table, name, options.decimal)]
    known = [name for name in numbers if names.is_value(name)]
    known = [name for name in known if not names.is_of_training(name)] or known
    if len(known) == 1:
        return known[0]
    if known:
        raise UserError(f"{table.where}: which column is the value? Add {_ways('value', known)}")
    bare = any(value_of(name) is not None for name in table.names)
    hint = "; if the file has no header, add header=none" if bare and options.header is None else ""
    raise UserError(
        f"{table.where}: no column is known as the value; add value=NAME, or methods=A,B where each method has a column"
        f"; columns of numbers: {listed(numbers) or 'none'}{hint}"
    )


def _method(table: Table, value: str) -> tuple[str, ...]:
    found = _varying(table, _known(table, names.METHODS, (value,)))
    if len(found) == 1:
        return (found[0],)
    if found:
        raise UserError(f"{table.where}: which column is the method? Add {_ways('method', found)}")
    others = [name for name in table.names if name != value]
    raise UserError(
        f"{table.where}: no column is known as the method; add method=NAME, or name the runs METHOD/REPLICATE; "
        f"columns: {listed(others) or f'none beside {value}'}"
    )


def _problem(table: Table, used: Sequence[str]) -> tuple[str, ...]:
    found = _varying(table, _known(table, names.PROBLEMS, used))
    if len(found) > 1 and _varies(table, found[0]):
        raise UserError(f"{table.where}: which column is the problem? Add {_ways('problem', found, together=True)}")
    return tuple(found[:1])


def _pair(table: Table, used: Sequence[str], method: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """The columns of pairs, and that of the seeds within a tuning; None where no known column is shared by methods."""
    tunings = _known(table, names.TUNINGS, used)
    seeds = [name for name in _known(table, names.SEEDS, used) if _shared(table, name, method)]
    tunings = [name for name in tunings if _shared(table, name, method)]
    if len(tunings) == 1 and len(seeds) <= 1:
        return (tunings[0],), "".join(seeds)
    found = _varying(table, tunings + seeds)
    if len(found) > 1:
        raise UserError(f"{table.where}: which column pairs the runs? Add {_ways('pair', found, together=True)}")
    return (tuple(found), "") if found else None


def _known(table: Table, words: Sequence[str], used: Sequence[str]) -> list[str]:
    """The columns of these names that are filled in, at least for most rows."""
    found = [name for name in dict.fromkeys(table.names) if names.plain(name) in words and name not in used]
    return [name for name in found if 2 * sum(map(is_missing, table.column(name))) < len(table.rows)]


def _varying(table: Table, found: list[str]) -> list[str]:
    """Those of which rows differ, where there are any: what is the same everywhere tells nothing apart."""
    return [name for name in found if _varies(table, name)] or found[:1]


def _varies(table: Table, name: str) -> bool:
    return len(set(table.column(name))) > 1


def _shared(table: Table, name: str, method: Sequence[str]) -> bool:
    """Whether what it says comes with several methods, or there is but one."""
    seen: dict[str, set[tuple[str, ...]]] = {}
    for k in range(len(table.rows)):
        seen.setdefault(key(table, k, name), set()).add(tuple(key(table, k, one) for one in method))
    methods = {one for some in seen.values() for one in some}
    return len(methods) == 1 or any(len(some) > 1 for some in seen.values())


def _first(table: Table, words: Sequence[str], used: set[str]) -> str:
    found = [name for word in words for name in table.names if names.plain(name) == word and name not in used]
    return found[0] if found else ""


def _named(table: Table, typed: Sequence[str] | None, option: str) -> tuple[str, ...]:
    return tuple(table.named(name, option) for name in typed or ())


def _with_parts(table: Table, value: str, options: Options) -> tuple[Table, Roles]:
    """Columns from the parts of the runs' names, where no column is known as the method and all names have them."""
    nothing = Roles(value, ())
    if options.method is not None or _known(table, names.METHODS, (value,)):
        return table, nothing
    for run in (name for name in table.names if names.plain(name) in names.RUNS and table.names.count(name) == 1):
        found = [names.parts(text) for text in table.column(run)]
        said = [one for one in found if one is not None]
        if len(said) == len(found):
            made = [f"{run}:{part}" for part in ("method", "number", "problem")]
            rows = [[*row, one.method, one.pair, one.problem] for row, one in zip(table.rows, said, strict=True)]
            problem = (made[2],) if all(one.problem for one in said) else ()
            roles = Roles(value, (made[0],), problem, (made[1],))
            return Table(table.where, [*table.names, *made], rows, table.numbers, table.prefix), roles
    return table, nothing


def _melted(table: Table, options: Options) -> Table:
    """A row per run, of a table with a column per method."""
    columns = _named(table, options.methods, "methods")
    twice = [name for name in columns if columns.count(name) > 1 or table.names.count(name) > 1]
    if twice:
        raise UserError(f"{table.where}: the name {twice[0]} stands over several columns; rename one")
    places = [table.names.index(name) for name in columns]
    kept = [k for k, name in enumerate(table.names) if name not in columns]
    rows, numbers = [], []
    for number, row in zip(table.numbers, table.rows, strict=True):
        for place, name in zip(places, columns, strict=True):
            rows.append([*(row[k] for k in kept), str(number), name, row[place]])
            numbers.append(number)
    return Table(table.where, [*(table.names[k] for k in kept), "row", "method", "value"], rows, numbers, table.prefix)


def _refuse_twice(table: Table, roles: Roles) -> None:
    """A name over two columns says nothing; a column is one thing."""
    lists = {"value": (roles.value,), "method": roles.method, "problem": roles.problem, "pair": roles.pair}
    used = [name for some in lists.values() for name in some]
    for name in used:
        if table.names.count(name) > 1:
            places = ", ".join(str(k + 1) for k, other in enumerate(table.names) if other == name)
            raise UserError(f"{table.where}: the name {name} stands over columns {places}; rename one")
        if used.count(name) > 1:
            both = " and ".join(option for option, some in lists.items() if name in some)
            raise UserError(f"{table.where}: the column {name} cannot be {both}; columns: {listed(table.names)}")


def _ways(option: str, found: Sequence[str], together: bool = False) -> str:
    """What to type."""
    ways = [shlex.quote(f"{option}={name}") for name in found]
    ways += [shlex.quote(f"{option}={','.join(found)}")] if together else []
    return f"{', '.join(ways[:-1])} or {ways[-1]}"
