"""Makes an event in its review phase: an organiser, 64 proposals, and three reviews of each."""

import datetime

import django

django.setup()

from django.utils.timezone import now
from django_scopes import scope, scopes_disabled
from pretalx.event.models import Event, Team
from pretalx.event.utils import create_organiser_with_team
from pretalx.person.models import SpeakerProfile, User
from pretalx.submission.models import Review, Submission

with scopes_disabled():
    organiser = User.objects.create_user(name="Organiser", email="organiser@example.org", password="measured-only")
    people = [User.objects.create_user(name=f"Reviewer {n}", email=f"reviewer{n}@example.org") for n in range(3)]
    owner, team = create_organiser_with_team(name="Cluster", slug="cluster", users=[organiser])
    start = now() + datetime.timedelta(days=60)
    event = Event.objects.create(
        name="Round", slug="round", organiser=owner, is_public=True, date_from=start.date(), date_to=start.date(),
        timezone="Europe/Copenhagen", email="round@example.org", locale_array="en", locale="en",
    )

with scope(event=event):
    event.build_initial_data()
    team.can_change_event_settings = team.can_change_submissions = team.is_reviewer = True
    team.save()
    team.limit_events.add(event)
    reviewers = Team.objects.create(organiser=owner, name="Reviewers", is_reviewer=True)
    reviewers.limit_events.add(event)
    reviewers.members.add(*people)
    event.cfp.deadline = now() - datetime.timedelta(days=1)
    event.cfp.save()
    phase = event.review_phases.get(can_review=True)
    phase.activate()
    category = event.score_categories.get()
    scores = list(category.scores.all())
    for number in range(64):
        speaker = User.objects.create_user(name=f"Company {number}", email=f"company{number}@example.org")
        SpeakerProfile.objects.create(user=speaker, event=event, biography="A company of the cluster.")
        proposal = Submission.objects.create(
            event=event, title=f"Proposal number {number:02}", submission_type=event.cfp.default_type,
            abstract="What the company proposes.", content_locale="en",
        )
        proposal.speakers.add(speaker)
        for place, reviewer in enumerate(people):
            review = Review.objects.create(submission=proposal, user=reviewer, text="Seen and weighed.")
            review.scores.add(scores[(number + place) % len(scores)])
            review.save()
