"""The API's addresses, stage by stage. A stage adds its own block and nothing else."""

from django.urls import path, re_path

from labelling.api import (
    accounts,
    assign,
    checks,
    discuss,
    errors,
    evaluate,
    intake,
    jobs,
    label,
    measure,
    overlap,
    precision,
    projects,
    release,
    schema,
    slices,
    suggestions,
    trends,
)

urlpatterns = [
    path("schema/", schema.Document.as_view(), name="api-schema"),
    # accounts
    path("users/", accounts.Users.as_view()),
    path("users/<str:username>/tokens/", accounts.Tokens.as_view()),
    # jobs
    path("jobs/<str:job_id>/", jobs.JobDetail.as_view()),
    path("jobs/<str:job_id>/cancel/", jobs.JobCancel.as_view()),
    # projects
    path("projects/", projects.Projects.as_view()),
    path("projects/<str:slug>/", projects.ProjectDetail.as_view()),
    path("projects/<str:slug>/members/", projects.Members.as_view()),
    path("projects/<str:slug>/members/<str:username>/", projects.Member.as_view()),
    path("projects/<str:slug>/guidelines/", projects.Guidelines.as_view()),
    path("projects/<str:slug>/guidelines/effect/", trends.GuidelineEffect.as_view()),
    # intake
    path("projects/<str:slug>/sources/", intake.Sources.as_view()),
    path("projects/<str:slug>/imports/", intake.Imports.as_view()),
    path("projects/<str:slug>/imports/<str:job_id>/errors.csv", intake.ImportErrors.as_view()),
    path("projects/<str:slug>/examples/", intake.Examples.as_view()),
    path("projects/<str:slug>/examples/<path:key>/", intake.ExampleDetail.as_view()),
    path("projects/<str:slug>/slices/", slices.Slices.as_view()),
    path("projects/<str:slug>/slices/<str:slice_id>/", slices.SliceDetail.as_view()),
    # assign
    path("projects/<str:slug>/assignments/", assign.Assignments.as_view()),
    path("assignments/<str:assignment_id>/release/", assign.Release.as_view()),
    path("assignments/<str:assignment_id>/skip/", assign.Skip.as_view()),
    # label
    path("assignments/<str:assignment_id>/label/", label.Submit.as_view()),
    path("projects/<str:slug>/labels/", label.Labels.as_view()),
    path("projects/<str:slug>/history/", label.History.as_view()),
    path("projects/<str:slug>/mine/", label.Mine.as_view()),
    path("projects/<str:slug>/qualification/", checks.Own.as_view()),
    path("projects/<str:slug>/qualification/tries/", checks.Tries.as_view()),
    path("projects/<str:slug>/label-imports/", label.LabelImports.as_view()),
    path("projects/<str:slug>/suggestion-imports/", suggestions.SuggestionImports.as_view()),
    path("projects/<str:slug>/suggestions/", suggestions.Suggestions.as_view()),
    path("projects/<str:slug>/suggestions/effect/", suggestions.Effect.as_view()),
    # measure
    path("projects/<str:slug>/agreement/", measure.Agreement.as_view()),
    path("projects/<str:slug>/trends/", trends.Trends.as_view()),
    path("projects/<str:slug>/notes/", trends.Notes.as_view()),
    path("projects/<str:slug>/notes/<str:note_id>/", trends.NoteDetail.as_view()),
    path("projects/<str:slug>/confusions/", measure.Confusions.as_view()),
    path("projects/<str:slug>/human-performance/", measure.HumanPerformance.as_view()),
    path("projects/<str:slug>/labellers/", measure.Labellers.as_view()),
    path("projects/<str:slug>/consensus/", measure.Consensus.as_view()),
    path("projects/<str:slug>/precision/", precision.Precision.as_view()),
    path("projects/<str:slug>/overlap/simulation/", overlap.Simulation.as_view()),
    # discuss
    path("projects/<str:slug>/cases/", discuss.Cases.as_view()),
    path("projects/<str:slug>/schema/", discuss.Schema.as_view()),
    path("projects/<str:slug>/resolution-imports/", discuss.ResolutionImports.as_view()),
    path("cases/<str:case_id>/", discuss.Case.as_view()),
    path("cases/<str:case_id>/remarks/", discuss.Remarks.as_view()),
    path("cases/<str:case_id>/invite/", discuss.Invitations.as_view()),
    path("cases/<str:case_id>/assign/", discuss.AssignedTo.as_view()),
    path("cases/<str:case_id>/resolve/", discuss.Resolve.as_view()),
    path("cases/<str:case_id>/reopen/", discuss.Reopen.as_view()),
    # release
    path("projects/<str:slug>/versions/", release.Versions.as_view()),
    path("projects/<str:slug>/versions/<str:number>/", release.VersionDetail.as_view(), name="api-version"),
    path("projects/<str:slug>/versions/<str:number>/diff/", release.VersionDiff.as_view()),
    path("projects/<str:slug>/versions/<str:number>/files/<str:name>", release.VersionFiles.as_view(), name="api-version-file"),
    path("projects/<str:slug>/versions/<str:number>/pulls/", release.VersionPulls.as_view()),
    path("projects/<str:slug>/versions/<str:number>/recall/", release.VersionRecall.as_view()),
    # evaluate
    path("projects/<str:slug>/models/", evaluate.Models.as_view()),
    path("projects/<str:slug>/evaluations/", evaluate.Evaluations.as_view()),
    path("projects/<str:slug>/evaluations/<str:evaluation_id>/", evaluate.EvaluationDetail.as_view()),
    path("projects/<str:slug>/evaluations/<str:evaluation_id>/humans/", evaluate.EvaluationHumans.as_view()),
    re_path(r"^(?P<path>.*)$", errors.not_found),
]
