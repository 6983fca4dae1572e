"""One router."""

from rest_framework.routers import SimpleRouter

from bench.limit.api import TicketViewSet

router = SimpleRouter()
router.register("tickets", TicketViewSet)
urlpatterns = router.urls
