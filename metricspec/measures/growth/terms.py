"""A growth model's variables and terms by their names in SQL, and what people call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from metricspec.measure import Inputs, Variable
from metricspec.measures.growth.spec import GrowthSpec, own_peers
from metricspec.sql.stage import Stage, Template, comma, q

LARGEST = "1e100"  # above it a number is taken for infinite: its square would overflow


def term_names(spec: GrowthSpec) -> tuple[str, ...]:
    """The regression's terms in order, as people see them: priors, covariates, school means."""
    ending = " over the others" if spec.peer_means == "others" else ""
    peers = (f"school mean of {text}{ending}" for text in spec.peers)
    return (*(prior.column for prior in spec.priors), *spec.covariates, *peers)


def variables(spec: GrowthSpec) -> Sequence[Variable]:
    """What the rows hold: y, x1 ... (priors, covariates), e1 ... (errors of priors), o1 ... (other peers), w, cell_1 ..."""
    found = [Variable("y", spec.outcome)]
    own = (*(prior.column for prior in spec.priors), *spec.covariates)
    found += [Variable(f"x{at}", text) for at, text in enumerate(own, 1)]
    found += [Variable(f"e{at}", p.csem) for at, p in enumerate(spec.priors, 1) if p.csem is not None]
    found += [Variable(f"o{at}", text) for at, text in enumerate(own_peers(spec), 1)]
    if spec.weight is not None:
        found.append(Variable("w", spec.weight))
    return [*found, *(Variable(f"cell_{at}", text, "label") for at, text in enumerate(spec.cell, 1))]


@dataclass(frozen=True)
class Design:
    """A spec over its inputs. Terms are x1 ... xq: those of students first, then the peers; y is the outcome.

    A peer term is the school mean of its `base`, a variable of students (x) or one of its own (o). `means` says whether
    peers are plain means, which are the same for a whole school and therefore never stand in a student's row. `named`
    asks for the student to be kept with each score; `summed` says that results are made of sums by school (`one_group`).
    """

    spec: GrowthSpec
    inputs: Inputs
    named: bool = False
    summed: bool = False

    @cached_property
    def students(self) -> tuple[str, ...]:
        return tuple(f"x{at}" for at in range(1, len(self.spec.priors) + len(self.spec.covariates) + 1))

    @cached_property
    def others(self) -> tuple[str, ...]:
        return tuple(f"o{at}" for at in range(1, len(own_peers(self.spec)) + 1))

    @cached_property
    def bases(self) -> dict[str, str]:
        """The variable that each peer term is the mean of."""
        texts = (*(prior.column for prior in self.spec.priors), *self.spec.covariates, *own_peers(self.spec))
        known = dict(zip(texts, (*self.students, *self.others), strict=True))
        return {f"x{len(self.students) + at}": known[text] for at, text in enumerate(self.spec.peers, 1)}

    @property
    def terms(self) -> tuple[str, ...]:
        return (*self.students, *self.bases)

    @property
    def q(self) -> int:
        return len(self.terms)

    @property
    def measured(self) -> tuple[str, ...]:
        """Numbers of a student's row that are centred."""
        return (*self.students, *self.others, "y")

    @property
    def errors(self) -> tuple[int, ...]:
        """The priors, by number, that have a standard error of measurement."""
        return tuple(at for at, prior in enumerate(self.spec.priors, 1) if prior.csem is not None)

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(f"cell_{at}" for at in range(1, len(self.spec.cell) + 1))

    @property
    def keys(self) -> tuple[str, ...]:
        return ("school_year", *self.cells)

    @property
    def categories(self) -> tuple[str, ...]:
        """The columns of a cell, where it has rows of its own in the results."""
        return self.cells if self.spec.by_cell else ()

    @property
    def weighted(self) -> bool:
        return self.spec.weight is not None

    @property
    def means(self) -> bool:
        return self.spec.peer_means == "all"

    @property
    def two_step(self) -> bool:
        return self.spec.form == "two_step"

    def base(self, variable: str) -> str:
        return self.bases.get(variable, variable)

    @property
    def schools(self) -> bool:
        """Whether sums by school and cell are needed before the solve."""
        return bool(self.bases) or self.two_step

    @property
    def counted(self) -> tuple[str, ...]:
        """Columns that are 1 where a score counts at a level, and 0 where it does not."""
        return tuple(f"in_{level}" for level in self.inputs.levels)

    @property
    def raw(self) -> tuple[str, ...]:
        """Numbers of a student's row that stay as they are."""
        return (*(f"e{at}" for at in self.errors), *(("w",) if self.weighted else ()))

    @property
    def in_rows(self) -> tuple[str, ...]:
        """Variables of the regression that differ between the students of a school."""
        return (*(self.students if self.means else self.terms), "y")

    @property
    def places(self) -> tuple[str, ...]:
        """Carried columns that say where a score counts: text, the same for many scores."""
        return ("school", "school_year", *(f"at_{level}" for level in self.inputs.levels))

    @property
    def signature(self) -> tuple[str, ...]:
        """Carried columns that tell the student groups."""
        return tuple(q(name) for name in self.inputs.carried if name not in self.places)

    @property
    def kept(self) -> str:
        """The stage with a row for each score, in numbers, and `in_rows` in it."""
        return self.name("kept" if self.means else "terms")

    @property
    def rows(self) -> str:
        """The same with its places as text."""
        return self.name("scores")

    def total(self, expression: str = "") -> str:
        """The weighted sum of an expression over scores (of the weights, where empty)."""
        if not self.weighted:
            return f"SUM({expression})" if expression else "CAST(COUNT(*) AS DOUBLE)"
        return f"SUM(w * {expression})" if expression else "SUM(w)"

    def complete(self) -> str:
        """The condition on a row `r` of the inputs under which it is fitted: all is known and finite, and it counts."""
        known = [f"r.{column} IS NOT NULL" for column in ("school", *self.keys)]
        known += [f"ABS(r.{variable}) < {LARGEST}" for variable in self.measured]
        known += [f"r.e{at} >= 0e0 AND r.e{at} < {LARGEST}" for at in self.errors]
        known += [f"r.w > 0e0 AND r.w < {LARGEST}"] if self.weighted else []
        return " AND ".join(known)

    def name(self, stage: str) -> str:
        return self.inputs.prefix + stage

    def stage(self, name: str, says: str, text: str, stored: bool = False) -> Stage:
        return Stage(self.name(name), says, Template(("growth", text), text), stored=stored)


def columns(names: Sequence[str], table: str = "") -> str:
    """A list of columns, of one table where several are joined."""
    return comma(f"{table}.{name} AS {name}" if table else name for name in names)
