"""Shell completion: the command that prints the script, and what is offered for each argument.

Files and folders come first in each list: bash forgets what came before them.
"""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

from w2v.cli.terminal import common_options

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@common_options
def completion_command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
        eval "$(w2v completion bash)"            in ~/.bashrc
        eval "$(w2v completion zsh)"             in ~/.zshrc
        w2v completion fish | source             in ~/.config/fish/config.fish
    """
    from w2v.cli.main import main

    shell_class = get_completion_class(shell)
    assert shell_class is not None
    click.echo(shell_class(main, {}, "w2v", "_W2V_COMPLETE").source())


def complete_train(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer shipped configs, config files, and setting names; with --resume, runs."""
    if ctx.params.get("resume"):
        return complete_run(ctx, param, text)
    return complete_config(ctx, param, text) + _settings(text)


def complete_sweep(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer shipped experiments, config files, and setting names."""
    from w2v.shipped import shipped_files

    shipped = [CompletionItem(n) for n in shipped_files("experiments") if n.startswith(text)]
    return [CompletionItem(text, type="file"), *shipped, *_settings(text)]


def _settings(text: str) -> list[CompletionItem]:
    """Offer setting names."""
    from w2v.config.schema import option_fields

    return [
        CompletionItem(f"{path}=", help=field.metadata["help"])
        for path, _, field in option_fields()
        if path.startswith(text)
    ]


def complete_config(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer shipped configs by name, and files."""
    from w2v.shipped import shipped_files

    shipped = [CompletionItem(n) for n in shipped_files("configs") if n.startswith(text)]
    return [CompletionItem(text, type="file"), *shipped]


def complete_run(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer runs by name, folders, and files of vectors."""
    from w2v.run_finding import list_runs

    names = ["latest", *(path.name for path in list_runs())]
    runs = [CompletionItem(name) for name in names if name.startswith(text)]
    return [CompletionItem(text, type="file"), *runs]


def complete_corpus(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer built-in and fetched corpora by name, and files."""
    from w2v.fetching.registry import fetched_file, load_registry

    entries = load_registry().values()
    fetched = [e.name for e in entries if e.kind == "corpus" and fetched_file(e.name)]
    names = [CompletionItem(name) for name in fetched if name.startswith(text)]
    return [*complete_builtin(ctx, param, text), *names]


def complete_inspect(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer what complete_corpus does, and setting names."""
    return complete_corpus(ctx, param, text) + _settings(text)


def complete_builtin(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer built-in corpora by name, and files."""
    from w2v.text.builtin import builtin_corpora

    names = [CompletionItem(n) for n in builtin_corpora() if n.startswith(text)]
    return [CompletionItem(text, type="file"), *names]


def complete_set(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer evaluation sets by name, and files."""
    from w2v.evaluation.finding import known_sets

    names = [CompletionItem(n, help=h) for n, h in known_sets().items() if n.startswith(text)]
    return [CompletionItem(text, type="file"), *names]


def complete_fetch(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer what can be fetched, by name."""
    from w2v.fetching.registry import load_registry

    entries = load_registry().values()
    return [CompletionItem(e.name, help=e.description) for e in entries if e.name.startswith(text)]


def complete_topic(ctx: click.Context, param: click.Parameter, text: str) -> list[CompletionItem]:
    """Offer the topics of `w2v learn`, in reading order."""
    from w2v.lessons.languages import language_of
    from w2v.lessons.learn.topics import TOPICS
    from w2v.lessons.wording import Wording

    say = Wording(language_of(None), "learn/topics")
    return [CompletionItem(topic, help=say(topic)) for topic in TOPICS if topic.startswith(text)]


def complete_language(
    ctx: click.Context, param: click.Parameter, text: str
) -> list[CompletionItem]:
    """Offer the languages of the lessons."""
    from w2v.lessons.languages import languages

    return [CompletionItem(code) for code in languages() if code.startswith(text)]
