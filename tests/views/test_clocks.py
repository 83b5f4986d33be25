"""Clocks: the angle between two hands is that of their distance, wherever they stand."""

import math

from helpers.views.pictures.clocks import face, turned_pair


def test_the_picture_says_the_angle_before_and_after_turning():
    picture = turned_pair(math.radians(20), math.radians(10), 3, (2, 7))
    assert "not turned 10° apart" in picture.alt and "70° apart, both times" in picture.alt
    assert picture.markup.count("70° apart") == 2


def test_a_hand_points_up_at_angle_0_and_right_at_a_quarter_turn():
    markup = face((100, 100), 54, query=math.pi / 2, key=0)
    assert "L 150.00 100.00" in markup and "L 100.00 50.00" in markup


def test_the_slice_takes_the_smaller_way_round():
    # from a key at 350° to a query at 10° it goes on 20° clockwise, sweep 1; back again sweep 0
    angles = math.radians(10), math.radians(350)
    assert "A 44 44 0 0 1" in face((100, 100), 54, *angles)
    assert "A 44 44 0 0 0" in face((100, 100), 54, *reversed(angles))
