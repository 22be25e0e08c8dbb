"""Five hundred random studies: the program and the second implementation live the same lives.

tier: long
"""
import tempfile
import unittest

import h5py  # noqa: F401 (without these modules this test is not registered)
import numpy  # noqa: F401
import scipy  # noqa: F401
import yaml  # noqa: F401

from comparing import ManyStudies


class TestSecondLong(unittest.TestCase):
    def test_five_hundred_random_studies_give_the_same_lives(self):
        with tempfile.TemporaryDirectory() as folder:
            many = ManyStudies(folder, range(1001, 1501), 8)
        many.tell()
        self.assertEqual(many.differences, [])
        self.assertLessEqual(many.n_faults, 50)
        self.assertLessEqual(many.n_doubtful, many.n_lives // 100)


if __name__ == "__main__":
    unittest.main()
