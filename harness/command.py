r"""`python -m harness ...`: one clear line for every mistake, and exit codes that mean something.

0 done; 1 a run failed, or the machine did; 2 a mistake of the user's; and as a shell tells what a signal ended:
130 Ctrl-C (SIGINT), 143 SIGTERM, 129 SIGHUP (the terminal was closed). These ask for the same, however often they come:
the run stops at its next record, is saved and shown. What must end at once is ended by Ctrl-\ (SIGQUIT) or SIGKILL.
"""

import argparse
import contextlib
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.clock import Clock
from harness.screens.streams import INTERRUPTED, SHELL, entered, kept

if TYPE_CHECKING:
    from rich.console import Console

    from harness.configs.compose import Composer
    from harness.configs.override import Override

HELP = """\
Which optimizer, tuned fairly, wins on this problem, and how sure are we?

  python -m harness optimizer=adam                          one run, live
  python -m harness objective=rosenbrock optimizer=adam optimizer.lr=0.01 schedule=cosine seeds=16
  python -m harness -m optimizer=sgd,momentum,adagrad,adam  compare, best first
  python -m harness -m optimizer=adam,sgd optimizer.lr=0.1,0.01,0.001
  python -m harness -m optimizer=sgd,momentum,adam trials=64               compare, each tuned in its own space
  python -m harness -m optimizer=adam 'optimizer.lr=tag(log,interval(1e-4,1))' trials=64 pruner=asha
  python -m harness -m suite=small_cpu optimizer=sgd,momentum,adam trials=32   the same on twelve problems
  python -m harness -m resume=last                          finish a sweep that was interrupted
  python -m harness experiment=book_trajectories            a question written as a config file
  python -m harness optimizer=clip optimizer@optimizer.inner=adam optimizer.inner.lr=0.1
  python -m harness +schedule@schedules.momentum=linear optimizer=momentum
  python -m harness.show last                               a finished run again, from its files
  python -m harness.compare FOLDER FOLDER                   which cell wins over finished sweeps
  python -m harness.report last                             one page that answers, to send to others
  python -m harness.judge results.csv                       the same verdict for what others ran
  python -m harness.guide [PAGE]                            how to tune, read answers, bring your own, page by page

  -m, --multirun       commas and choice(), range(), glob() make cells, which are compared
  --config-dir FOLDER  your own configs beside ours: FOLDER/objective/mine.yaml is objective=mine
  --cfg job            print the composed config, run nothing (also: hydra, all; --package, --resolve)
  --info [WHAT]        what Hydra knows: all, config, defaults, defaults-tree, plugins, searchpath
  -sc install=bash     tab completion for the `harness` command
  --version, --help

  seeds=8 or seeds=[3,5]   steps=1000   records=50   save_params=true   measure=[gradient_norm,update_ratio]
  trials=64   search=[lr]   metric=loss|best_loss|accuracy|steps_to_target|gradient_norm   target=0.01
  aggregate=median|mean|q75   replicates=12   finalists=4   finals=10   confirm=10   batch=16   rungs=10
  until=decided (replicates=40 is the most)   margin=0.05 (equivalent within 5 %)   level=0.05
  timeout=60   on_error=continue|raise   budget=steps   storage=sqlite:///studies.db   profile=true
  engine=jax|auto          the same texts compiled; auto where it pays
  trust=my_package         lets configs build objects of your own package; hydra.verbose=true shows tracebacks
"""
REFUSED = {
    "config_path": "--config-path: our conf/ stays; add a folder of your own with --config-dir",
    "config_name": "--config-name: there is one config; put yours into conf/experiment and use experiment=",
    "experimental_rerun": "--experimental-rerun: give the overrides of config.yaml again instead",
    "hydra_help": "--hydra-help: see --help",
}


def entry() -> None:
    """The console script, and `python -m harness`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(200_000)  # composing makes many objects that stay: the collector would look at them in vain
    code = entered(main)
    if code > SHELL:
        # an interrupt that came within an exec() of the standard library makes CPython die by the signal in spite of
        # our having caught it
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    gc.freeze()  # what the process takes with it is not looked at one by one: an eighth of a short run
    sys.exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    return kept(lambda: _main(list(sys.argv[1:] if argv is None else argv)))


def _main(arguments: list[str]) -> int:
    args = _parser().parse_intermixed_args(arguments)
    if args.version:
        from harness.results.environment import installed

        print(f"harness {installed() or 'from a source tree'}")
        return 0
    clock = Clock()
    with clock.part("starting"):
        from hydra.errors import HydraException
        from omegaconf.errors import OmegaConfBaseException

        from harness.configs import advice
        from harness.configs.compose import composer
        from harness.configs.typed import trusting
        from harness.errors import RunError, UserError
        from harness.text.visible import say, visible

    try:
        for flag, line in REFUSED.items():
            if getattr(args, flag):
                raise UserError(line)
        with clock.part("composing"):
            overrides, trusted = trusting(args.overrides)
        if trusted:
            sys.path.append(os.getcwd())  # `python -m` has it already, the console script has not
        if not (args.help or args.info or args.shell_completion or args.cfg):
            return _run(args, overrides, trusted, clock)
        with composer(args.config_dir) as made:
            if args.help:
                return _help(made)
            if args.cfg:
                return _show_config(made, args, overrides)
            return _about_hydra(made, args, overrides)
    except (UserError, HydraException, OmegaConfBaseException) as error:
        if any(o in ("hydra.verbose=true", "hydra.verbose=True") for o in args.overrides):
            import traceback

            print(visible(traceback.format_exc()), end="", file=sys.stderr)
        say(advice.line(error))
        return 2
    except (OSError, MemoryError, RunError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        from harness.running.failures import no_memory

        say(no_memory(error) if isinstance(error, MemoryError) else str(error))
        return 1
    except (SystemExit, GeneratorExit) as error:  # of somebody's module or constructor: nothing has run
        from harness.running.failures import told

        say(f"the code that was to run ended it: {told(error)}")
        return 1


def _run(args: argparse.Namespace, overrides: list["Override"], trusted: tuple[str, ...], clock: Clock) -> int:
    with clock.part("starting"):
        from harness.running import signals
        from harness.running.allocation import keep_memory
        from harness.screens.tables import show
        from harness.screens.terminal import console
        from harness.session import start
        from harness.text.visible import say

    out = console()
    keep_memory()
    with signals.noted() as came:
        try:
            results = start(overrides, args.multirun, args.config_dir, trusted, out, lambda: bool(came), clock)
        except KeyboardInterrupt:  # before anything ran
            say("interrupted")
            return SHELL + came[0] if came else INTERRUPTED
        with clock.part("drawing"):
            show(results, out)
        if clock.on:
            _show_profile(clock, results.folder, out)
    out.done()
    if results.summary["interrupted"]:
        return SHELL + came[0]
    return 1 if results.summary["failures"] else 0


def _show_profile(clock: Clock, folder: Path, out: "Console") -> None:
    """Where the seconds went, up to here."""
    from harness.results.files import write_profile
    from harness.screens import profile

    rows = clock.rows()
    write_profile(folder, rows)
    profile.show(rows, out)


def _help(made: "Composer") -> int:
    import textwrap

    from harness.text.visible import visible

    print(HELP)
    for group, options in made.groups().items():
        variants = [f"variant/{name}" for name in made.options(f"{group}/variant")]
        names = ", ".join(options + variants)
        print(visible(textwrap.fill(f"{group}: {names}", 100, initial_indent="  ", subsequent_indent="      ")))
    return 0


def _show_config(made: "Composer", args: argparse.Namespace, overrides: list["Override"]) -> int:
    from omegaconf import OmegaConf

    from harness.configs import advice, database
    from harness.errors import UserError
    from harness.text.visible import visible

    config = made.unresolved(overrides).config
    if args.resolve:
        OmegaConf.resolve(config)
    if config.get("storage"):
        config.storage = database.masked(str(config.storage))
    if args.cfg != "job":
        config = OmegaConf.create({"hydra": made.of_hydra(overrides), **(config if args.cfg == "all" else {})})
    node = OmegaConf.select(config, args.package) if args.package else config
    if node is None:
        raise UserError(advice.unknown(args.package, map(str, config)))
    print(visible(OmegaConf.to_yaml(node) if OmegaConf.is_config(node) else str(node)), end="")
    return 0


def _about_hydra(made: "Composer", args: argparse.Namespace, overrides: list["Override"]) -> int:
    """Hydra's own --info and tab completion: they show and run nothing, and what they print goes through our filter."""
    from hydra.core.global_hydra import GlobalHydra

    from harness.configs.override import texts
    from harness.text.visible import visible, words_for_a_shell

    hydra = GlobalHydra.instance().hydra
    assert hydra is not None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if args.info:
            hydra.show_info(args.info, config_name="config", overrides=made.with_search(texts(overrides)))
        else:
            hydra.shell_completion(config_name="config", overrides=texts(overrides))
    asks = any(override.text.startswith("query=") for override in overrides)
    print((words_for_a_shell if args.shell_completion and asks else visible)(printed.getvalue()), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    from harness.screens.arguments import Parser

    parser = Parser(prog="harness", add_help=False, allow_abbrev=False)
    parser.add_argument("overrides", nargs="*")
    parser.add_argument("--help", "-h", action="store_true")
    parser.add_argument("--version", action="store_true")
    parser.add_argument("--run", "-r", action="store_true")
    parser.add_argument("--multirun", "-m", action="store_true")
    parser.add_argument("--config-dir", "-cd")
    parser.add_argument("--cfg", "-c", choices=["job", "hydra", "all"])
    parser.add_argument("--package", "-p")
    parser.add_argument("--resolve", action="store_true")
    parser.add_argument("--info", "-i", nargs="?", const="all")
    parser.add_argument("--shell-completion", "-sc", action="store_true")
    for flag in REFUSED:
        parser.add_argument(f"--{flag.replace('_', '-')}", nargs="?", const="yes")
    return parser
