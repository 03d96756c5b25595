"""The last line of defence: whatever a command raises becomes one tidy message and an exit code."""

import os
import sys
import traceback
from typing import Any

import typer
from typer.core import TyperGroup

from registry.cli.exit_codes import ExitCode, exit_code_of
from registry.cli.options import JSON_ASKED_FOR
from registry.cli.output import Output
from registry.errors import RegistryError


class GuardedGroup(TyperGroup):
    """The root group. With ``REGISTRY_DEBUG=1`` the traceback is shown too."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.TyperException):
            raise  # Typer's own, with their own exit codes
        except RegistryError as error:
            _show_traceback_to_who_asked()
            Output(as_json=bool(ctx.meta.get(JSON_ASKED_FOR))).failure(error)
            raise typer.Exit(exit_code_of(error)) from error
        except (KeyboardInterrupt, typer.Abort) as error:
            Output(as_json=False).say("Stopped. What was answered before stands; the same command may be run again.")
            raise typer.Exit(ExitCode.INTERRUPTED) from error
        except BrokenPipeError as error:
            # Who read our output has left (`| head`). Python would complain again when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.READER_LEFT) from error
        except Exception as error:
            _show_traceback_to_who_asked()
            Output(as_json=bool(ctx.meta.get(JSON_ASKED_FOR))).failure(_as_internal_error(error))
            raise typer.Exit(ExitCode.INTERNAL_ERROR) from error


def _show_traceback_to_who_asked() -> None:
    if os.environ.get("REGISTRY_DEBUG"):
        traceback.print_exc()


def _as_internal_error(error: Exception) -> RegistryError:
    return RegistryError(
        "internal_error",
        f"This command met a mistake of its own: {type(error).__name__}: {error}",
        hint="Set REGISTRY_DEBUG=1, run the same command again and report what it prints.",
    )
