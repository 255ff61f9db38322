"""What the walk over all routes (`tests/walls`) calls this plugin's routes with."""

from tenon_aviation.models import TaxonomyNode, TaxonomyPack

ARGUMENTS = {
    "aviation:pack-detail": lambda world, person: {"pk": world.objects["aviation_pack"]},
    "aviation:pack-node-list": lambda world, person: {"pk": world.objects["aviation_pack"]},
    "aviation:node-detail": lambda world, person: {"pk": world.objects["aviation_node"]},
}
BODIES = {("aviation:node-detail", "PATCH"): lambda world, person: {"active": False}}


def objects(mark):
    """Make rows of the plugin in the organization in scope, where it is enabled, and return their ids.

    Args:
        mark: text that goes into them, to be looked for where it does not belong.
    """
    pack = TaxonomyPack.objects.earliest("pk")
    node = TaxonomyNode.objects.filter(pack=pack).earliest("pk")
    pack.pk, pack.key, pack.title = None, mark, mark
    pack.save(force_insert=True)
    node.pk, node.pack, node.label = None, pack, mark
    node.save(force_insert=True)
    return {"aviation_pack": pack.pk, "aviation_node": node.pk}
