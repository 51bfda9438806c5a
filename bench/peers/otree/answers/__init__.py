"""One page of six levels, round after round: each post stores the answers of a page."""

from otree.api import BaseConstants, BaseGroup, BasePlayer, BaseSubsession, Page, models

FIELDS = [f"q{n}" for n in range(6)]


class C(BaseConstants):
    NAME_IN_URL = "answers"
    PLAYERS_PER_GROUP = None
    NUM_ROUNDS = 100


class Subsession(BaseSubsession):
    pass


class Group(BaseGroup):
    pass


def level(number):
    return models.IntegerField(min=0, max=4, label=f"Question {number}")


class Player(BasePlayer):
    q0 = level(0)
    q1 = level(1)
    q2 = level(2)
    q3 = level(3)
    q4 = level(4)
    q5 = level(5)


class Answers(Page):
    form_model = "player"
    form_fields = FIELDS


page_sequence = [Answers]
