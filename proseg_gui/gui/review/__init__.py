"""The Review tab: controller, scene, links between state and panels."""
