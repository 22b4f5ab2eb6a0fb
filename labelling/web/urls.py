"""All pages, stage by stage: each stage's module keeps its own `urlpatterns` and has its line here.

The first page of a stage has the URL name of its word in the navigation (overview, import, assign, label, measure,
discuss, release, evaluate, settings) and takes `slug`; the navigation finds it by that name.
"""

from labelling.web import (
    account,
    assign,
    discuss,
    evaluate,
    examples,
    guidelines,
    human,
    intake,
    jobs,
    label,
    label_own,
    labellers,
    measure,
    media,
    members,
    own,
    precision,
    projects,
    release,
    schema,
    suggestions,
)

urlpatterns = [
    *projects.urlpatterns,
    *members.urlpatterns,
    *guidelines.urlpatterns,
    *schema.urlpatterns,
    *account.urlpatterns,
    *jobs.urlpatterns,
    *intake.urlpatterns,
    *examples.urlpatterns,
    *media.urlpatterns,
    *assign.urlpatterns,
    *suggestions.urlpatterns,
    *measure.urlpatterns,
    *human.urlpatterns,
    *labellers.urlpatterns,
    *precision.urlpatterns,
    *label.urlpatterns,
    *own.urlpatterns,
    *label_own.urlpatterns,
    *discuss.urlpatterns,
    *release.urlpatterns,
    *evaluate.urlpatterns,
]
