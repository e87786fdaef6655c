"""Makes the states that clip_image.py and paint.py read from the package's own files, so that the image tower can be trained alone.

    python shipped.py --models ../models --work work

Writes <work>/text.pt, unet-0.pt and tae.pt, with which the steps from paint on of run.py go on. The text tower is exactly the shipped one; the UNet
is the shipped one as it was rounded.
"""

import argparse
import os

from mini.exported import read_shipped
from mini.state import save


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--models', default='../models')
    parser.add_argument('--work', default='work')
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    text, unet, tae = read_shipped(args.models)
    save(os.path.join(args.work, 'text.pt'), text)
    save(os.path.join(args.work, 'unet-0.pt'), {'average': unet.state_dict(), 'step': 0, 'seen': 0})
    save(os.path.join(args.work, 'tae.pt'), {'model': tae.state_dict()})


if __name__ == '__main__':
    main()
