"""Precision ladders side by side: one matrix evaluated anew at each precision, others taken at face value.

Law: the colours say what is proved of the exact matrix; the points are estimates.
"""

from collections.abc import Mapping

from symsens.show.pictures import draw_ladder, new_figure


def figure(result, ladders: Mapping[str, object]):
    """A matplotlib Figure, a panel for each ladder.

    Parameters
    ----------
    result : symsens.jobs.certification.Result with singular values, which say what is zero.
    ladders : title -> symsens.numbers.ladder.Ladder, of as many singular values.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    picture = new_figure(4.6 * len(ladders), 4.2)
    panels = picture.subplots(1, len(ladders), sharey=True, squeeze=False)[0]
    for axes, (name, ladder) in zip(panels, ladders.items()):
        draw_ladder(axes, result, ladder)
        axes.set_title(name, fontsize=12)
        axes.tick_params(labelsize=11)
    for axes in panels[1:]:  # the words of the first are those of all
        axes.set_ylabel("")
        axes.texts[0].remove()
        axes.get_legend().remove()
    return picture
